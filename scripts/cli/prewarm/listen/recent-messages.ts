/**
 * The messages of the last hour, so that one that comes twice counts once. SNS repeats what was not answered for at most
 * an hour; what is older can only be a replay.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
export class RecentMessages {
  static readonly WINDOW_MS = 65 * 60_000;
  private static readonly CLOCK_SKEW_MS = 5 * 60_000;
  private static readonly MOST = 50_000;
  /** In the order they came. */
  private readonly seenAt = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  /** False for a message that is too old, or of a time that has not come. */
  isTimely(timestamp: string): boolean {
    const age = this.now() - Date.parse(timestamp);
    return age <= RecentMessages.WINDOW_MS && age >= -RecentMessages.CLOCK_SKEW_MS;
  }

  has(messageId: string): boolean {
    return this.seenAt.has(messageId);
  }

  add(messageId: string): void {
    const horizon = this.now() - RecentMessages.WINDOW_MS - RecentMessages.CLOCK_SKEW_MS;
    for (const [id, at] of this.seenAt) {
      if (at >= horizon && this.seenAt.size < RecentMessages.MOST) break;
      this.seenAt.delete(id);
    }
    this.seenAt.set(messageId, this.now());
  }
}
