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

/** The runs that this data directory holds and that have not ended. */
async function findUnfinished(engine: EmbeddedEngine): Promise<readonly RequestRecord[]> {
  const unfinished: RequestRecord[] = [];
  let after: string | undefined;
  do {
    const page = await engine.list({ limit: LIST_PAGE, ...(after === undefined ? {} : { after }) });
    unfinished.push(...page.items.filter(({ status }) => !isFinal(status)));
    after = page.next;
  } while (after !== undefined);
  return unfinished;
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
  const unfinished = await findUnfinished(engine);
  const same = unfinished.find(
    ({ spec }) => run.fingerprint !== undefined && spec.idempotencyKey?.startsWith(run.fingerprint),
  );
  if (same !== undefined) {
    const total = same.totals?.fetchCount;
    const share =
      total === undefined ? '' : `, ${formatCount(same.progress.fetches)} of ${formatCount(total)} done`;
    printer.say(`going on with the run of ${new Date(same.createdAt).toISOString()}${share}`);
  }
  for (const { createdAt, spec } of unfinished.filter((record) => record !== same)) {
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
