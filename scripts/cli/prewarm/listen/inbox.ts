import type { RecentMessages } from './recent-messages';
import { NotNow, Refusal } from './refusal';
import type { ReadFromSns } from './sns-client';
import { readSnsMessage, type SnsConfirmation, type SnsMessage } from './sns-message';
import type { SnsSignatures } from './sns-signature';
import { snsUrl } from './sns-url';

export interface InboxOptions {
  /** Topics whose messages are taken; anybody with an AWS account can have a topic whose messages SNS signs. */
  readonly topics: readonly string[];
  readonly signatures: Pick<SnsSignatures, 'check'>;
  readonly read: ReadFromSns;
  readonly recent: RecentMessages;
  /** Called once for each message that is accepted; the message counts as received when it returns. */
  readonly onMessage: (message: SnsMessage) => void;
}

/** Decides about each message: is it SNS's, of a topic that is wanted, new; confirms subscriptions. */
export class Inbox {
  /** Messages that are being looked at now. */
  private readonly underway = new Set<string>();

  constructor(private readonly options: InboxOptions) {}

  /**
   * Takes the body of a request in; a repeated message is accepted and not told again.
   * @throws Refusal, NotNow
   */
  async take(body: string): Promise<void> {
    const { topics, signatures, recent, onMessage } = this.options;
    const message = readSnsMessage(body);
    if (typeof message === 'string') throw new Refusal(message, 400);
    if (!topics.includes(message.TopicArn)) throw new Refusal('the topic is none of --topic');
    if (!recent.isTimely(message.Timestamp))
      throw new Refusal('the message is too old, or the clock is wrong');
    await signatures.check(message);
    if (recent.has(message.MessageId)) return;
    if (this.underway.has(message.MessageId)) throw new NotNow('the same message is being looked at');
    this.underway.add(message.MessageId);
    try {
      if (message.Type === 'SubscriptionConfirmation') await this.confirm(message);
      onMessage(message);
      recent.add(message.MessageId);
    } finally {
      this.underway.delete(message.MessageId);
    }
  }

  private async confirm({ SubscribeURL, TopicArn, Token }: SnsConfirmation): Promise<void> {
    const url = snsUrl('SubscribeURL', SubscribeURL);
    const asked = url.searchParams;
    if (
      asked.get('Action') !== 'ConfirmSubscription' ||
      asked.get('TopicArn') !== TopicArn ||
      asked.get('Token') !== Token
    )
      throw new Refusal('SubscribeURL does not confirm the subscription of the message');
    await this.options.read(url, 'the confirmation of the subscription');
  }
}
