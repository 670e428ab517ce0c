import type { RequestId } from '../model/ids';

/** One deadline per request, which fires once and removes itself. */
export interface Deadlines {
  schedule(id: RequestId, at: number): Promise<void>;
  /** Unknown ids are ignored. */
  cancel(id: RequestId): Promise<void>;
}
