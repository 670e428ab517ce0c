import type { PlanDocument, PlanResourceChange } from '../input/plan-document';
import { maskTokens } from './secret-shapes';

/** Returns the plan without tokens in addresses: a key of `for_each` may be one. Most plans have none, and are returned as they are. */
export function withoutTokensInAddresses(plan: PlanDocument): PlanDocument {
  const changes = [...(plan.resource_changes ?? []), ...(plan.resource_drift ?? [])];
  const deferred = (plan.deferred_changes ?? []).map(({ resource_change: change }) => change);
  const invoked = plan.action_invocations ?? [];
  if (![...changes, ...deferred, ...invoked].some(hasToken)) return plan;
  return {
    ...plan,
    resource_changes: plan.resource_changes?.map(masked),
    resource_drift: plan.resource_drift?.map(masked),
    deferred_changes: plan.deferred_changes?.map((each) => ({
      ...each,
      resource_change: masked(each.resource_change),
    })),
    action_invocations: invoked.map((each) => ({ ...each, address: maskTokens(each.address) })),
  };
}

function hasToken(entry: {
  readonly address: string;
  readonly previous_address?: string | null | undefined;
}): boolean {
  return [entry.address, entry.previous_address ?? ''].some((address) => maskTokens(address) !== address);
}

function masked(change: PlanResourceChange): PlanResourceChange {
  const { address, previous_address: previous } = change;
  return {
    ...change,
    address: maskTokens(address),
    ...(previous && { previous_address: maskTokens(previous) }),
  };
}
