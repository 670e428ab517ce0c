import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

it('makes a change once that a client sends again under the same invocation id', async () => {
  const sqs = new SQSClient({});
  // As after a lost connection: each attempt of the client below is the same invocation.
  sqs.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['amz-sdk-invocation-id'] = 'the-same';
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const others = new SQSClient({});
  const { QueueUrl } = await others.send(new CreateQueueCommand({ QueueName: 'once' }));
  const answers = [];
  for (const MessageBody of ['hello', 'hello'])
    answers.push(await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })));
  expect(answers[1]!.MessageId).toBe(answers[0]!.MessageId);
  const { Attributes } = await others.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  expect(Attributes).toEqual({ ApproximateNumberOfMessages: '1' });
});
