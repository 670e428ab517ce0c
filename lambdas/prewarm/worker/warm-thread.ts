/** The inside of a worker thread: warms the slices that `warm-pool.ts` sends, on connections of its own. */
import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { FetchOutcome } from '../domain/outcome';
import type { FetchFailure } from '../domain/slice';
import { Governor } from '../domain/warming/governor';
import { warmSlice } from '../domain/warming/warm-slice';
import { createTransport } from '../net/transport';
import { systemClock as clock } from '../runtime/clock';
import type { FromThread, ThreadSettings, ToThread } from './messages';

/** Outcomes go back in batches, as a message costs more than a fetch. */
const BATCH = 64;

const settingsOf = (data: unknown): ThreadSettings | undefined =>
  !isMainThread &&
  typeof data === 'object' &&
  data !== null &&
  'role' in data &&
  data.role === 'warmpath-warm-thread'
    ? (data as ThreadSettings)
    : undefined;

const serve = (port: MessagePort, { limits, bandwidthShare, ca, edgePort }: ThreadSettings): void => {
  const transport = createTransport(ca === undefined ? {} : { ca });
  const governor = new Governor({ limits, clock, bandwidthShare });
  const aborts = new Map<number, AbortController>();
  const send = (message: FromThread): void => port.postMessage(message);

  const warm = async ({ job, slice, spec, lines }: Extract<ToThread, { kind: 'warm' }>): Promise<void> => {
    const abort = new AbortController();
    aborts.set(job, abort);
    let outcomes: FetchOutcome[] = [];
    const failures: FetchFailure[] = [];
    const flush = (): void => {
      send({ kind: 'outcomes', job, outcomes });
      outcomes = [];
    };
    async function* each(): AsyncGenerator<string> {
      yield* lines;
    }
    try {
      const tally = await warmSlice(
        { slice, spec, lines: each(), transport, clock, governor, edgePort, signal: abort.signal },
        {
          onOutcome: (outcome) => {
            if (outcomes.push(outcome) >= BATCH) flush();
          },
          onFailure: (failure) => failures.push(failure),
        },
      );
      flush();
      send({ kind: 'done', job, tally, failures });
    } catch (error) {
      send({ kind: 'failed', job, message: error instanceof Error ? error.message : String(error) });
    } finally {
      aborts.delete(job);
    }
  };

  port.on('message', (message: ToThread) => {
    if (message.kind === 'warm') void warm(message);
    else aborts.get(message.job)?.abort();
  });
};

const settings = settingsOf(workerData);

/** True inside such a thread; where all is one bundle, its entry must then start nothing else. */
export const isWarmThread = settings !== undefined;

if (settings && parentPort) serve(parentPort, settings);
