import * as z from 'zod';

/** What every message of a topic carries, whatever its type. */
const envelope = {
  MessageId: z.string().min(1).max(100),
  TopicArn: z.string().min(1),
  Message: z.string(),
  Timestamp: z.iso.datetime(),
  SignatureVersion: z.string(),
  Signature: z.string().min(1),
  SigningCertURL: z.string().min(1),
};

const confirmation = { ...envelope, SubscribeURL: z.string().min(1), Token: z.string().min(1) };

const snsMessage = z.discriminatedUnion('Type', [
  z.object({ ...envelope, Type: z.literal('Notification'), Subject: z.string().optional() }),
  z.object({ ...confirmation, Type: z.literal('SubscriptionConfirmation') }),
  z.object({ ...confirmation, Type: z.literal('UnsubscribeConfirmation') }),
]);

/** A message as SNS posts it. Nothing of it may be believed before its signature is verified. */
export type SnsMessage = z.output<typeof snsMessage>;
export type SnsNotification = Extract<SnsMessage, { Type: 'Notification' }>;
export type SnsConfirmation = Exclude<SnsMessage, { Type: 'Notification' }>;

/** Reads a body; returns what is wrong with it as text where it is no message of SNS. */
export function readSnsMessage(body: string): SnsMessage | string {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return 'the body is no JSON; with raw delivery SNS sends no signature, so turn it off for this subscription';
  }
  const read = snsMessage.safeParse(json);
  if (read.success) return read.data;
  const fields = [...new Set(read.error.issues.map(({ path }) => path.join('.') || 'body'))];
  return `no message of SNS: ${fields.join(', ')}; with raw delivery there is no signature, so turn it off`;
}

/**
 * Returns the text that SNS signs: names and values on lines of their own, in this order.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
export function signedText(message: SnsMessage): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = message;
  const fields: readonly (readonly [string, string | undefined])[] =
    message.Type === 'Notification'
      ? [
          ['Message', Message],
          ['MessageId', MessageId],
          ['Subject', message.Subject],
          ['Timestamp', Timestamp],
          ['TopicArn', TopicArn],
          ['Type', Type],
        ]
      : [
          ['Message', Message],
          ['MessageId', MessageId],
          ['SubscribeURL', message.SubscribeURL],
          ['Timestamp', Timestamp],
          ['Token', message.Token],
          ['TopicArn', TopicArn],
          ['Type', Type],
        ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}\n${value}\n`])).join('');
}
