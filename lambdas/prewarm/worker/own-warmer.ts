import { performance } from 'node:perf_hooks';
import type { WarmSlice } from '../engine/flow/work';
import type { Clock } from '../engine/ports/clock';
import type { Transport } from '../engine/ports/transport';
import { Governor } from '../engine/warming/governor';
import type { WarmLimits } from '../engine/warming/warm-limits';
import { warmSlice } from '../engine/warming/warm-slice';
import type { Warmer } from './warmer';

export interface OwnWarmerOptions {
  readonly limits: WarmLimits;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly edgePort?: number | undefined;
}

/** Warms on the calling thread, over connections that its caller closes. */
export class OwnWarmer implements Warmer {
  load = 0;
  private readonly governor: Governor;
  private lastLook = performance.eventLoopUtilization();

  constructor(private readonly options: OwnWarmerOptions) {
    this.governor = new Governor(options);
  }

  readonly warm: WarmSlice = async (job, sinks) => {
    const { clock, transport, edgePort } = this.options;
    this.load += 1;
    try {
      return await warmSlice({ ...job, transport, clock, governor: this.governor, edgePort }, sinks);
    } finally {
      this.load -= 1;
    }
  };

  utilization(): number {
    const before = this.lastLook;
    this.lastLook = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(this.lastLook, before).utilization;
  }

  confine(limits: WarmLimits): void {
    this.governor.confine(limits);
  }

  async close(): Promise<void> {}
}
