import { unreportedKey } from '../../../lambdas/prewarm/engine/flow/blob-names';
import type { PopRecord, RequestRecord, VerifyMode } from '../../../lambdas/prewarm/engine/model/request';
import { isFinal, type RequestStatus } from '../../../lambdas/prewarm/engine/model/request-status';
import { failedCount } from '../../../lambdas/prewarm/engine/model/tally';
import type { EmbeddedEngine, LiveProgress } from '../../../lambdas/prewarm/one-machine/engine/engine-api';
import { formatCount } from '../terminal/units';
import type { Interrupt } from './interrupt';
import type { ProgressPrinter, ProgressSnapshot } from './progress';
import type { PreparedRun } from './run-input';

/** What a run came to. */
export interface SessionEnd {
  readonly record: RequestRecord;
  readonly pops: readonly PopRecord[];
  readonly seconds: number;
  /** Fetches that earlier runs had made, where this one went on with theirs. */
  readonly fetchesBefore: number;
  /** Exit code of the signal that ended it early. */
  readonly interruptedWith?: number;
}

const PREPARING: Readonly<Partial<Record<RequestStatus, string>>> = {
  CREATED: 'reading the list',
  CHECK_POP: 'finding the edges',
  INSERT_TASK: 'cutting slices',
};

/** What is going on: without verification nothing is known to be warm, only fetched. */
function phaseOf(status: RequestStatus, verify: VerifyMode): string {
  return PREPARING[status] ?? (verify === 'none' ? 'fetching' : 'warming');
}

const LIST_PAGE = 100;

function snapshotOf(live: LiveProgress, verify: VerifyMode): ProgressSnapshot {
  return {
    phase: phaseOf(live.status, verify),
    done: live.tally.fetches,
    ...(live.fetchCount === undefined ? {} : { total: live.fetchCount }),
    failed: failedCount(live.tally),
    bytes: live.tally.bytes,
  };
}

/** Returns the runs that this data directory holds and that have not ended, or whose report was not shown. */
async function findOpen(engine: EmbeddedEngine): Promise<readonly RequestRecord[]> {
  const open: RequestRecord[] = [];
  let after: string | undefined;
  do {
    const page = await engine.list({ limit: LIST_PAGE, ...(after === undefined ? {} : { after }) });
    for (const record of page.items) {
      if (!isFinal(record.status) || (await engine.blobs.exists(unreportedKey(record.id)))) open.push(record);
    }
    after = page.next;
  } while (after !== undefined);
  return open;
}

/** Notes that the report of a run was shown: the same command begins a new run from now on. */
export async function endSession({ blobs }: EmbeddedEngine, { record }: SessionEnd): Promise<void> {
  if (isFinal(record.status)) await blobs.remove(unreportedKey(record.id));
}

/** Submits the run, or goes on with the one that was interrupted; shows progress until it ends or a signal comes. */
export async function runSession(
  engine: EmbeddedEngine,
  run: PreparedRun,
  printer: ProgressPrinter,
  interrupt: Interrupt,
): Promise<SessionEnd> {
  const startedMs = performance.now();
  function seconds(): number {
    return (performance.now() - startedMs) / 1000;
  }
  const open = await findOpen(engine);
  const same = open.find(
    ({ spec }) => run.fingerprint !== undefined && spec.idempotencyKey?.startsWith(run.fingerprint),
  );
  if (same !== undefined && isFinal(same.status)) {
    const started = new Date(same.createdAt).toISOString();
    printer.say(
      `the run of ${started} had ended before its report was shown: here it is, nothing is fetched`,
    );
    const pops = await engine.pops(same.id);
    return { record: same, pops, seconds: seconds(), fetchesBefore: same.progress.fetches };
  }
  if (same !== undefined) {
    const total = same.totals?.fetchCount;
    const share =
      total === undefined ? '' : `, ${formatCount(same.progress.fetches)} of ${formatCount(total)} done`;
    printer.say(`going on with the run of ${new Date(same.createdAt).toISOString()}${share}`);
  }
  const others = open.filter((record) => record !== same && !isFinal(record.status));
  for (const { createdAt, spec } of others) {
    const started = new Date(createdAt).toISOString();
    printer.say(`the run of ${started} for ${spec.cfDomain}, unfinished in this data directory, goes on too`);
  }
  // An earlier run that was interrupted left the engine paused, which holds over a restart; this one is to be warmed now.
  if (engine.isPaused()) await engine.setCapacity(Math.max(1, run.spec.instanceCount));
  const { verify } = run.spec;
  const fetchesBefore = same?.progress.fetches ?? 0;
  let id = same?.id;
  const unfollow = engine.onProgress((live) => {
    if (live.id !== id) return;
    printer.show(snapshotOf(live, verify));
  });
  try {
    if (same === undefined) printer.show({ phase: phaseOf('CREATED', verify), done: 0, failed: 0, bytes: 0 });
    const { id: requestId } = same ?? (await engine.submit(run.spec, run.urls()));
    id = requestId;
    if (run.fingerprint !== undefined) await engine.blobs.put(unreportedKey(requestId), []);
    const ended = engine.waitForEnd(requestId);
    // Closing the engine after a signal rejects it; nobody waits for it then.
    ended.catch(() => {});
    const end = await Promise.race([ended, interrupt.signalled]);
    if (typeof end !== 'number') {
      return { record: end, pops: await engine.pops(requestId), seconds: seconds(), fetchesBefore };
    }

    printer.say('interrupted: what is underway ends first (Ctrl-C again to end at once)');
    await engine.halt();
    const record = (await engine.get(requestId)) ?? (await ended);
    const pops = await engine.pops(requestId);
    return { record, pops, seconds: seconds(), fetchesBefore, interruptedWith: end };
  } finally {
    unfollow();
    printer.finish();
  }
}
