import type { RequestId } from '../model/ids';
import type { PopRecord } from '../model/request';

export interface PopStore {
  /** Writes the PoPs of a request; a PoP that is there already is left as it is. */
  putAll(pops: readonly PopRecord[]): Promise<void>;
  /** In the order of their codes. */
  all(id: RequestId): Promise<readonly PopRecord[]>;
}
