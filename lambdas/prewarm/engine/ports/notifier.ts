import type { RequestId } from '../model/ids';
import type { FinalStatus } from '../model/request-status';

export interface RequestEnded {
  readonly id: RequestId;
  readonly status: FinalStatus;
  readonly fetches: number;
  readonly warm: number;
  readonly failed: number;
  readonly bytes: number;
  readonly notifyUrl?: string;
}

export interface Notifier {
  /** Best effort within bounded retries; never throws. */
  ended(event: RequestEnded): Promise<void>;
}
