import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { EventLoopUtilityFunction, EventLoopUtilization } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { WarmSlice } from '../engine/flow/work';
import type { SliceProgress } from '../engine/model/slice-progress';
import { emptyTally, mergeTally } from '../engine/model/tally';
import type { WarmLimits } from '../engine/warming/warm-limits';
import type { FromThread, ThreadSettings, ToThread } from './messages';
// Not for its name only: where all is one bundle, a thread starts from the bundle and finds itself there.
import './warm-thread';
import type { Warmer } from './warmer';

type Ended = Extract<FromThread, { kind: 'done' | 'failed' }>;

interface Underway {
  readonly take: (progress: SliceProgress) => void;
  readonly settle: (ended: Ended) => void;
}

/** V8 lets garbage lie until a limit is near; a thread holds little more than the fetches underway. */
const HEAP = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 } as const;

/** Where all is bundled, the thread's program lies beside this one, or is this one; under tsx it is the source. */
function startThread(settings: ThreadSettings): Worker {
  const options = { workerData: settings, resourceLimits: HEAP };
  const beside = join(__dirname, 'warm-thread');
  if (existsSync(`${beside}.cjs`)) return new Worker(`${beside}.cjs`, { ...options, execArgv: [] });
  if (!__filename.endsWith('.ts')) return new Worker(__filename, { ...options, execArgv: [] });
  const execArgv = ['--require', createRequire(__filename).resolve('tsx/cjs')];
  return new Worker(`${beside}.ts`, { ...options, execArgv });
}

/** Warms on a thread of its own. Where the thread ends by itself, its slices are rejected and `onEnd` is called. */
export class ThreadWarmer implements Warmer {
  private readonly underway = new Map<number, Underway>();
  private readonly worker: Worker;
  private readonly elapsed: EventLoopUtilityFunction;
  private lastLook: EventLoopUtilization;
  private lastJob = 0;
  private reason = 'the thread that warmed the slice was ended';

  constructor(settings: ThreadSettings, onEnd: () => void) {
    this.worker = startThread(settings);
    this.elapsed = this.worker.performance.eventLoopUtilization;
    this.lastLook = this.elapsed();
    this.worker.on('message', (message: FromThread) => this.take(message));
    this.worker.on('error', (error) => {
      this.reason = `the thread that warmed the slice failed: ${error.message}`;
    });
    this.worker.on('exit', () => {
      onEnd();
      for (const [job, { settle }] of this.underway) settle({ kind: 'failed', job, message: this.reason });
    });
  }

  get load(): number {
    return this.underway.size;
  }

  readonly warm: WarmSlice = async ({ slice, spec, lines, resume, signal }, sinks) => {
    this.lastJob += 1;
    const job = this.lastJob;
    const soFar = emptyTally();
    if (resume) mergeTally(soFar, resume.tally);
    function take(progress: SliceProgress): void {
      mergeTally(soFar, progress.tally);
      for (const failure of progress.failures) sinks.onFailure(failure);
      sinks.progress?.merge(progress);
    }
    const ended = new Promise<Ended>((settle) => this.underway.set(job, { take, settle }));
    const abort = (): void => this.post({ kind: 'abort', job });
    try {
      const list: string[] = [];
      for await (const batch of lines) list.push(...batch);
      signal.throwIfAborted();
      signal.addEventListener('abort', abort, { once: true });
      sinks.onBegin(soFar);
      const { whenStored } = sinks;
      whenStored?.((fetches) => this.post({ kind: 'stored', fetches }));
      this.post({ kind: 'warm', job, slice, spec, lines: list, resume, isStored: whenStored !== undefined });
      const end = await ended;
      if (end.rest) take(end.rest);
      signal.throwIfAborted();
      if (end.kind === 'failed') throw new Error(end.message);
      return Object.assign(soFar, end.tally);
    } finally {
      this.underway.delete(job);
      signal.removeEventListener('abort', abort);
    }
  };

  utilization(): number {
    const before = this.lastLook;
    this.lastLook = this.elapsed();
    return this.elapsed(this.lastLook, before).utilization;
  }

  confine(limits: WarmLimits): void {
    this.post({ kind: 'confine', limits });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private post(message: ToThread): void {
    this.worker.postMessage(message);
  }

  private take(message: FromThread): void {
    if (message.kind !== 'progress') this.underway.get(message.job)?.settle(message);
    else for (const { job, progress } of message.pieces) this.underway.get(job)?.take(progress);
  }
}
