import { WarmpathError } from '../../../errors/warmpath-error';

/** There are no machines under the name of the fleet. */
export class FleetNotFound extends WarmpathError {
  override readonly name = 'FleetNotFound';
  constructor(readonly fleet: string) {
    super('FLEET_NOT_FOUND', `no fleet ${fleet}`);
  }
}

/** The machines that warm. */
export interface Fleet {
  /** Name shown in messages, such as `prewarm_asg_prod`. */
  readonly name: string;
  /** Most instances that it may have; a wish for more is one for these. @default - no bound of its own */
  readonly maxInstances?: number;
  /** Throws FleetNotFound. */
  capacity(): Promise<number>;
  /** Bounded 0 to 300 by the caller. */
  setCapacity(instances: number): Promise<void>;
}
