/** The inside of a worker thread: warms the slices that `thread-warmer.ts` sends, on connections of its own. */
import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ProgressCollector } from '../engine/model/slice-progress';
import { Governor } from '../engine/warming/governor';
import { warmSlice } from '../engine/warming/warm-slice';
import { createTransport } from '../net/transport';
import { systemClock as clock } from '../runtime/clock';
import type { FromThread, ThreadSettings, ToThread } from './messages';
import { keepHeapSmall } from './small-heap';

/** A message costs more than a fetch: what is done is gathered here, and told now and then. */
const PROGRESS_EVERY_MS = 25;

interface Underway {
  readonly abort: AbortController;
  readonly progress: ProgressCollector;
}

function settingsOf(data: unknown): ThreadSettings | undefined {
  return !isMainThread &&
    typeof data === 'object' &&
    data !== null &&
    'role' in data &&
    data.role === 'warmpath-warm-thread'
    ? (data as ThreadSettings)
    : undefined;
}

function serve(port: MessagePort, { limits, ca, edgePort }: ThreadSettings): void {
  keepHeapSmall();
  const transport = createTransport(ca === undefined ? {} : { ca });
  const governor = new Governor({ limits, clock });
  const jobs = new Map<number, Underway>();
  function send(message: FromThread): void {
    port.postMessage(message);
  }

  async function warm({
    job,
    slice,
    spec,
    lines,
    resume,
    isStored,
  }: Extract<ToThread, { kind: 'warm' }>): Promise<void> {
    const progress = new ProgressCollector();
    const underway: Underway = { abort: new AbortController(), progress };
    jobs.set(job, underway);
    async function* each(): AsyncGenerator<readonly string[]> {
      yield lines;
    }
    try {
      const { signal } = underway.abort;
      const tally = await warmSlice(
        { slice, spec, lines: each(), resume, transport, clock, governor, edgePort, signal },
        // Told to the governor as it comes, since the slice may be over by then.
        { onFailure: () => {}, progress, ...(isStored && { whenStored: () => {} }) },
      );
      send({ kind: 'done', job, tally, rest: progress.take() });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      send({ kind: 'failed', job, message, rest: progress.take() });
    } finally {
      jobs.delete(job);
    }
  }

  setInterval(() => {
    const pieces = [...jobs].flatMap(([job, underway]) => {
      const progress = underway.progress.take();
      return progress ? [{ job, progress }] : [];
    });
    if (pieces.length > 0) send({ kind: 'progress', pieces });
  }, PROGRESS_EVERY_MS).unref();

  port.on('message', (message: ToThread) => {
    if (message.kind === 'warm') void warm(message);
    else if (message.kind === 'abort') jobs.get(message.job)?.abort.abort();
    else if (message.kind === 'stored') governor.stored(message.fetches);
    else governor.confine(message.limits);
  });
}

const settings = settingsOf(workerData);

/** True inside such a thread; where all is one bundle, its entry must then start nothing else. */
export const isWarmThread = settings !== undefined;

if (settings && parentPort) serve(parentPort, settings);
