/** What a plan says beside its changes: what is deferred to the next one, and which checks fail. */
import type { PlanDocument } from '../input/plan-document';
import type { Masker } from '../secrets/masker';
import type { DeferredReview, FailingCheck } from './stack-review';

const DEFERRED: Readonly<Record<string, string>> = {
  instance_count_unknown: 'how many there will be is known after this apply',
  resource_config_unknown: 'its configuration is known after this apply',
  provider_config_unknown: "its provider's configuration is known after this apply",
  deferred_prereq: 'something that it depends on is deferred',
  absent_prereq: 'something that it depends on does not exist yet',
};

/** Returns what another plan has to follow for. */
export function deferredChanges({ deferred_changes: changes }: PlanDocument): readonly DeferredReview[] {
  return (changes ?? []).map(deferredOf);
}

function deferredOf({
  reason,
  resource_change: change,
}: NonNullable<PlanDocument['deferred_changes']>[number]): DeferredReview {
  const known = Object.hasOwn(DEFERRED, reason) ? DEFERRED[reason] : undefined;
  return { address: change.address, reason: known ?? 'Terraform does not say why' };
}

/** Returns the checks that fail or cannot be evaluated, with their messages. */
export function failingChecks(plan: PlanDocument, masker: Masker): readonly FailingCheck[] {
  return (plan.checks ?? [])
    .filter(({ status }) => status === 'fail' || status === 'error')
    .map(({ address, status, instances }) => ({
      name: address.to_display,
      status,
      messages: (instances ?? []).flatMap(({ problems }) =>
        (problems ?? []).map(({ message }) => masker.maskText(message)),
      ),
    }));
}
