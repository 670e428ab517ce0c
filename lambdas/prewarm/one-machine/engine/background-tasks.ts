import type { RequestId } from '../../engine/model/ids';
import type { Clock } from '../../engine/ports/clock';
import type { Log } from '../../engine/ports/log';

const RETRY_FIRST_MS = 200;
const RETRY_LAST_MS = 30_000;

/** What an engine does beside answering calls; nothing of it is underway once the engine has closed. */
export class BackgroundTasks {
  private readonly underway = new Set<Promise<void>>();

  /**
   * @param closing ends all retries
   * @param mayRetry is told each error; where it returns false, the task ends with it
   */
  constructor(
    private readonly parts: { readonly log: Log; readonly clock: Clock },
    private readonly closing: AbortSignal,
    private readonly mayRetry: (error: unknown) => boolean,
  ) {}

  /** Runs something until it succeeds, with growing pauses, or the engine closes. */
  retry(what: string, id: RequestId | undefined, run: () => Promise<void>): void {
    const { log, clock } = this.parts;
    const { closing } = this;
    const attempts = async (): Promise<void> => {
      for (let pauseMs = RETRY_FIRST_MS; !closing.aborted; pauseMs = Math.min(RETRY_LAST_MS, pauseMs * 2)) {
        try {
          return await run();
        } catch (error) {
          log.error(`${what}-failed`, { requestId: id, error: String(error) });
          if (!this.mayRetry(error)) return;
          await clock.sleep(pauseMs, closing);
        }
      }
    };
    this.keep(attempts());
  }

  /** Has `allEnded` wait for something that is underway. */
  keep(running: Promise<void>): void {
    const task = running.finally(() => this.underway.delete(task));
    this.underway.add(task);
  }

  /** Resolves once nothing is underway, what was begun meanwhile included. */
  async allEnded(): Promise<void> {
    while (this.underway.size > 0) await Promise.all(this.underway);
  }
}
