import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { WarmSlice } from '../domain/flow/work';
import { Governor } from '../domain/warming/governor';
import { shareOf, type WarmLimits } from '../domain/warming/warm-limits';
import { warmSlice } from '../domain/warming/warm-slice';
import { createTransport } from '../net/transport';
import { systemClock as clock } from '../runtime/clock';
import type { FromThread, ThreadSettings, ToThread } from './messages';
// Not for its name only: where all is one bundle, a thread starts from the bundle and finds itself there.
import './warm-thread';

export interface WarmPoolOptions {
  readonly limits: WarmLimits;
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca?: string | undefined;
  /** Port of the edges where it is not the URL's own. */
  readonly edgePort?: number | undefined;
  /** With one, slices are warmed on the calling thread. @default - one less than the cores, at least one */
  readonly threads?: number | undefined;
}

/** Warms slices on several cores. */
export interface WarmPool {
  readonly threads: number;
  readonly warm: WarmSlice;
  /** Slices underway are rejected. */
  close(): Promise<void>;
}

type Sinks = Parameters<WarmSlice>[1];
type Job = Parameters<WarmSlice>[0];

interface Pending {
  readonly sinks: Sinks;
  readonly settle: (message: Extract<FromThread, { kind: 'done' | 'failed' }>) => void;
}

/** Its own source under tsx; the bundle itself where all is one file. */
const startThread = (settings: ThreadSettings): Worker => {
  if (!__filename.endsWith('.ts')) return new Worker(__filename, { workerData: settings, execArgv: [] });
  const execArgv = ['--require', createRequire(__filename).resolve('tsx/cjs')];
  return new Worker(join(__dirname, 'warm-thread.ts'), { workerData: settings, execArgv });
};

/** One worker thread and what it is busy with. A thread that dies fails its slices; the next slice gets a new one. */
class Thread {
  private readonly pending = new Map<number, Pending>();
  private worker: Worker | undefined;
  private lastJob = 0;

  constructor(private readonly settings: ThreadSettings) {}

  get load(): number {
    return this.pending.size;
  }

  async warm({ slice, spec, lines, signal }: Job, sinks: Sinks): ReturnType<WarmSlice> {
    const list: string[] = [];
    for await (const line of lines) list.push(line);
    signal.throwIfAborted();
    this.lastJob += 1;
    const job = this.lastJob;
    const worker = this.running();
    const post = (message: ToThread): void => worker.postMessage(message);
    const abort = (): void => post({ kind: 'abort', job });
    signal.addEventListener('abort', abort, { once: true });
    const answer = await new Promise<Parameters<Pending['settle']>[0]>((settle) => {
      this.pending.set(job, { sinks, settle });
      post({ kind: 'warm', job, slice, spec, lines: list });
    });
    this.pending.delete(job);
    signal.removeEventListener('abort', abort);
    signal.throwIfAborted();
    if (answer.kind === 'failed') throw new Error(answer.message);
    for (const failure of answer.failures) sinks.onFailure(failure);
    return answer.tally;
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private running(): Worker {
    if (this.worker) return this.worker;
    const worker = startThread(this.settings);
    let reason = 'the thread that warmed the slice was ended';
    worker.on('message', (message: FromThread) => this.take(message));
    worker.on('error', (error) => {
      reason = `the thread that warmed the slice failed: ${error.message}`;
    });
    worker.on('exit', () => {
      this.worker = undefined;
      for (const [job, { settle }] of this.pending) settle({ kind: 'failed', job, message: reason });
    });
    this.worker = worker;
    return worker;
  }

  private take(message: FromThread): void {
    const pending = this.pending.get(message.job);
    if (!pending) return;
    if (message.kind === 'outcomes') for (const outcome of message.outcomes) pending.sinks.onOutcome(outcome);
    else pending.settle(message);
  }
}

const inProcess = ({ limits, ca, edgePort }: WarmPoolOptions): WarmPool => {
  const transport = createTransport(ca === undefined ? {} : { ca });
  const governor = new Governor({ limits, clock });
  return {
    threads: 1,
    warm: (job, sinks) => warmSlice({ ...job, transport, clock, governor, edgePort }, sinks),
    close: () => transport.close(),
  };
};

/** Opens a pool; its threads start with their first slices. The limits hold for all threads together. */
export const openWarmPool = (options: WarmPoolOptions): WarmPool => {
  const { threads: count = Math.max(1, availableParallelism() - 1), limits, ca, edgePort } = options;
  if (count <= 1) return inProcess(options);
  const settings: ThreadSettings = {
    role: 'warmpath-warm-thread',
    limits: shareOf(limits, count),
    bandwidthShare: 1 / count,
    ca,
    edgePort,
  };
  const threads = Array.from({ length: count }, () => new Thread(settings));
  let next = 0;
  return {
    threads: count,
    warm: (job, sinks) => {
      next += 1;
      const inTurn = [...threads.slice(next % count), ...threads.slice(0, next % count)];
      const idlest = inTurn.reduce((best, thread) => (thread.load < best.load ? thread : best));
      return idlest.warm(job, sinks);
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
};
