import type { InstanceRefresh } from '@aws-sdk/client-auto-scaling';
import { visibleText } from '../../../lambdas/prewarm/engine/model/visible-text';

export type RefreshOutcome =
  | { readonly kind: 'succeeded' }
  /** What the group is left with, in a sentence. */
  | { readonly kind: 'failed'; readonly sentence: string };

const FAILURES: Readonly<Record<string, string>> = {
  Failed: 'failed: instances that were replaced have the new version, the others the old one',
  Cancelled: 'cancelled: instances that were replaced have the new version, the others the old one',
  RollbackSuccessful: 'rolled back: every instance has the version that the group had before',
  RollbackFailed:
    'rollback failed: instances of both versions are left; start a refresh to the version you want',
};

/** Returns why Auto Scaling does what it does with a refresh; empty when it does not say. */
export function reasonOf({ RollbackDetails, StatusReason }: InstanceRefresh): string {
  return visibleText(RollbackDetails?.RollbackReason ?? StatusReason ?? '');
}

/** Returns what became of a refresh; `undefined` until it is over. */
export function outcomeOf(refresh: InstanceRefresh): RefreshOutcome | undefined {
  const status = refresh.Status ?? 'Pending';
  if (status === 'Successful') return { kind: 'succeeded' };
  const failure = FAILURES[status];
  if (failure === undefined) return undefined;
  const reason = reasonOf(refresh);
  return { kind: 'failed', sentence: reason === '' ? failure : `${failure} (${reason})` };
}
