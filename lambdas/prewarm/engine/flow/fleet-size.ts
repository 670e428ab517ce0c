import type { RequestRecord } from '../model/request';
import type { Fleet } from '../ports/fleet';
import type { RequestStore } from '../ports/request-store';
import { MAX_INSTANCES } from '../request/limits';

/** Returns what the requests that have not ended ask for together; nobody's share outlives its request. */
export function fleetSizeFor(active: readonly RequestRecord[]): number {
  return Math.min(
    MAX_INSTANCES,
    active.reduce((sum, { spec }) => sum + spec.instanceCount, 0),
  );
}

export interface FleetDeps {
  readonly requests: Pick<RequestStore, 'active'>;
  readonly fleet: Fleet;
}

/** Computes the fleet's size anew from the active requests, so that a lost or repeated call corrects itself. */
export async function resizeFleet({ requests, fleet }: FleetDeps): Promise<number> {
  const wanted = fleetSizeFor(await requests.active());
  if ((await fleet.capacity()) !== wanted) await fleet.setCapacity(wanted);
  return wanted;
}
