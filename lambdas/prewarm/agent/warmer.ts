import { availableParallelism } from 'node:os';
import type { WarmSlice } from '../domain/flow/work';
import { Governor } from '../domain/warming/governor';
import { DEFAULT_WARM_LIMITS } from '../domain/warming/warm-limits';
import { warmSlice } from '../domain/warming/warm-slice';
import { systemClock } from '../embedded/clock';
import { createTransport } from '../net/transport';

export interface WarmerOptions {
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca: string | undefined;
  /** Port of the edges where it is not the URL's own. */
  readonly edgePort: number | undefined;
  /** @default one per core */
  readonly threads?: number;
}

export interface Warmer {
  readonly warm: WarmSlice;
  /** Slices at a time. */
  readonly slots: number;
  close(): Promise<void>;
}

const SLICES_PER_THREAD = 4;

/** What warms slices on this machine. */
export const openWarmer = async ({
  ca,
  edgePort,
  threads = availableParallelism(),
}: WarmerOptions): Promise<Warmer> => {
  const transport = createTransport(ca === undefined ? {} : { ca });
  const governor = new Governor({ limits: DEFAULT_WARM_LIMITS, clock: systemClock });
  return {
    warm: (job, sinks) => warmSlice({ ...job, transport, clock: systemClock, governor, edgePort }, sinks),
    slots: threads * SLICES_PER_THREAD,
    close: () => transport.close(),
  };
};
