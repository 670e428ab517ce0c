import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { nothingLeft } from '../engine/model/exhaustive';
import type { Log } from '../engine/ports/log';
import type { Notifier, RequestEnded } from '../engine/ports/notifier';

/** Publishes ended requests to the SNS topic. */
export class TopicNotifier implements Notifier {
  constructor(
    private readonly client: SNSClient,
    private readonly topicArn: string,
    private readonly log: Log,
  ) {}

  async ended({
    id,
    status,
    fetches,
    warm,
    failed,
    bytes,
    notifyUrl: _webhook,
    ...rest
  }: RequestEnded): Promise<void> {
    nothingLeft(rest);
    try {
      await this.client.send(
        new PublishCommand({
          TopicArn: this.topicArn,
          Subject: `Prewarm ${status}: ${warm} of ${fetches} fetches warm`,
          Message: JSON.stringify({ request_id: id, status, fetches, warm, failed, bytes }),
          MessageAttributes: { status: { DataType: 'String', StringValue: status } },
        }),
      );
    } catch (error) {
      this.log.warn('notification-failed', { requestId: id, problem: String(error) });
    }
  }
}
