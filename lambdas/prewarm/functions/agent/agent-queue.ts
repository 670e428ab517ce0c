import type { Slice } from '../../engine/model/slice';
import type { Log } from '../../engine/ports/log';
import type { Received, TaskQueue } from '../../engine/ports/task-queue';

type Queue = Pick<TaskQueue, 'receive' | 'extend' | 'remove'>;

export interface AgentQueueOptions {
  /** Deliveries after which a slice is given up. */
  readonly maxDeliveries: number;
  /** Records the slice as failed, so that its request still ends. */
  readonly giveUp: (slice: Slice) => Promise<unknown>;
  /** Receives that may fail one after the other before it is this process that is broken. */
  readonly maxFailures: number;
  readonly onBroken: (cause: unknown) => void;
  readonly log: Log;
}

/**
 * The task queue of an agent: gives up slices that were delivered too often, and calls `onBroken` after too many failed
 * receives.
 */
export class AgentQueue implements Queue {
  private failures = 0;

  constructor(
    private readonly queue: Queue,
    private readonly options: AgentQueueOptions,
  ) {}

  async receive(max: number, waitSeconds: number, signal?: AbortSignal): Promise<readonly Received[]> {
    try {
      const received = await this.queue.receive(max, waitSeconds, signal);
      this.failures = 0;
      const { maxDeliveries } = this.options;
      for (const worn of received.filter(({ deliveries }) => deliveries > maxDeliveries))
        await this.drop(worn);
      return received.filter(({ deliveries }) => deliveries <= maxDeliveries);
    } catch (error) {
      this.failures += 1;
      if (this.failures >= this.options.maxFailures) this.options.onBroken(error);
      throw error;
    }
  }

  extend(receipt: string, seconds: number): Promise<void> {
    return this.queue.extend(receipt, seconds);
  }

  remove(receipts: readonly string[]): Promise<void> {
    return this.queue.remove(receipts);
  }

  /** What cannot even be given up stays on the queue, and ends among the dead letters. */
  private async drop({ slice, receipt, deliveries }: Received): Promise<void> {
    const { log, giveUp } = this.options;
    const fields = { requestId: slice.requestId, slice: slice.id, deliveries };
    try {
      await giveUp(slice);
      await this.queue.remove([receipt]);
      log.warn('slice-given-up', fields);
    } catch (error) {
      log.error('slice-not-given-up', { ...fields, error: String(error) });
    }
  }
}
