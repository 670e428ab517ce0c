import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../../api/request-events';
import type { RequestId } from '../../engine/model/ids';
import type { PopRecord, RequestRecord } from '../../engine/model/request';
import type { FetchFailure } from '../../engine/model/slice';
import { failedCount } from '../../engine/model/tally';
import { type FailureGroup, FailureGroups } from '../../engine/report/failure-groups';
import type { EmbeddedEngine } from '../engine/engine-api';
import { SampleSeries } from './sample-series';

/** How often a request is looked at. */
const EVERY_MS = 500;
/** Failures are read from the disk anew each time. */
const FAILURES_EVERY_MS = 2_000;
/** Own choice: some megabytes, read in a tenth of a second. */
const MAX_FAILURES = 5_000;

interface ReadFailures {
  readonly groups: readonly FailureGroup[];
  /** False where there are more than were read. */
  readonly isWhole: boolean;
}

/** A request at one moment. */
export interface Snapshot {
  readonly record: RequestRecord;
  readonly pops: readonly PopRecord[];
  /** Absent where nothing failed. */
  readonly failures?: ReadFailures | undefined;
}

type FollowedEngine = Pick<EmbeddedEngine, 'get' | 'pops' | 'failures'>;

/** Returns the failures by cause, and how many were read. */
async function readFailures(
  failures: AsyncIterable<FetchFailure>,
): Promise<{ readonly failures: ReadFailures; readonly count: number }> {
  const groups = new FailureGroups();
  let count = 0;
  for await (const failure of failures) {
    if (count === MAX_FAILURES) return { failures: { groups: groups.all, isWhole: false }, count };
    groups.add(failure);
    count += 1;
  }
  return { failures: { groups: groups.all, isWhole: true }, count };
}

function isSame(a: RequestRecord, b: RequestRecord): boolean {
  return (
    a.status === b.status &&
    a.updatedAt === b.updatedAt &&
    a.message === b.message &&
    a.progress.fetches === b.progress.fetches &&
    a.progress.bytes === b.progress.bytes &&
    a.reported === b.reported
  );
}

/** One request that is looked at every half second, for all who follow it, until its report is written. */
export class FollowedRequest {
  /** How many follow it now. */
  followers = 0;
  /** Resolves when it is looked at no more. */
  readonly ended: Promise<void>;
  readonly #left = new AbortController();
  readonly #series = new SampleSeries();
  #snapshot: Snapshot | undefined;
  #failuresReadAt = 0;
  #failuresRead = 0;
  #wake: () => void = () => {};
  #changed: Promise<void> = Promise.resolve();

  constructor(
    private readonly engine: FollowedEngine,
    private readonly id: RequestId,
    closing: AbortSignal,
  ) {
    this.#expectChange();
    this.ended = this.#look(AbortSignal.any([closing, this.#left.signal])).then(() => this.#wake());
  }

  /** Resolves with a snapshot other than `last`; undefined where none will come. */
  async next(last: Snapshot | undefined): Promise<Snapshot | undefined> {
    if (this.#snapshot === last) await this.#changed;
    return this.#snapshot === last ? undefined : this.#snapshot;
  }

  samplesSince(after: number): readonly Sample[] {
    return this.#series.since(after);
  }

  /** Ends the looking. */
  leave(): void {
    this.#left.abort();
  }

  #expectChange(): void {
    this.#changed = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // A store that takes no more reads ends the service; whoever follows learns it from the connection.
      const record = await this.engine.get(this.id).catch(() => undefined);
      if (record === undefined) return;
      if (this.#snapshot === undefined || !isSame(this.#snapshot.record, record)) await this.#take(record);
      if (record.reported) return;
      await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #take(record: RequestRecord): Promise<void> {
    const pops = await this.engine.pops(this.id).catch(() => this.#snapshot?.pops ?? []);
    const failures = await this.#failures(record).catch(() => this.#snapshot?.failures);
    const { fetches, bytes, outcomes } = record.progress;
    this.#series.add({ at: Date.now(), fetches, bytes, outcomes: { ...outcomes } }, record.reported);
    this.#snapshot = { record, pops, failures };
    const wake = this.#wake;
    this.#expectChange();
    wake();
  }

  /** Returns the failures so far: those of before where all are read, or they were read a moment ago. */
  async #failures({ progress, reported }: RequestRecord): Promise<Snapshot['failures']> {
    const known = this.#snapshot?.failures;
    const failed = failedCount(progress);
    if (failed === 0 || failed === this.#failuresRead || known?.isWhole === false) return known;
    const isRecent = Date.now() - this.#failuresReadAt < FAILURES_EVERY_MS;
    if (!reported && (isRecent || this.followers === 0)) return known;
    const { failures, count } = await readFailures(this.engine.failures(this.id));
    this.#failuresReadAt = Date.now();
    this.#failuresRead = count;
    return count === 0 ? known : failures;
  }
}
