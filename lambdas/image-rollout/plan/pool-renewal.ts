/** How hosts that sleep in the pool, and so cannot pull, are replaced by fresh ones. */
import { isSameSize, type PoolSizes } from '../../warm-pool/plan/pool-plan';
import type { ImagesDocument, StopReason } from './documents';
import type { Host, RolloutPolicy, RolloutState, Step } from './state';

type PoolAnswer =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'stop'; readonly reason: StopReason }
  | { readonly kind: 'step'; readonly step: Step };

function surged({ minSize, maxPrepared }: PoolSizes, surge: number): PoolSizes {
  return { minSize: minSize + surge, maxPrepared: maxPrepared < 0 ? maxPrepared : maxPrepared + surge };
}

/**
 * Returns how much larger the pool is during a renewal. Tasks may draw fresh hosts as fast as they come, so that none is ever to spare:
 * the surge doubles as time passes, until it is as large as the pool. A pool that is to be empty grows by nothing.
 */
function surgeOf(normal: PoolSizes, elapsedSeconds: number, policy: RolloutPolicy): number {
  const { poolSurge, poolSurgeDoublesSeconds } = policy;
  const doubled = poolSurge * 2 ** Math.floor(elapsedSeconds / poolSurgeDoublesSeconds);
  return normal.minSize === 0 ? 0 : Math.min(doubled, Math.max(poolSurge, normal.minSize));
}

function awaiting(why: string, hosts: readonly Host[]): PoolAnswer {
  return { kind: 'step', step: { kind: 'wait', why, hosts: hosts.map(({ id }) => id) } };
}

/**
 * The pool in turns: it grows by the surge, fresh hosts come in, and of the stale ones as many are retired as there are hosts beyond
 * the normal size, so that it never offers fewer than that. Bound in launches and in time: pool plus surge at once, the surge never
 * larger than the pool.
 * @param holdsNext whether a host has everything that is being rolled out
 */
export function renewPool(
  { hosts, images: { document }, nowSeconds, pool }: RolloutState,
  policy: RolloutPolicy,
  holdsNext: (host: Host) => boolean,
): PoolAnswer {
  if (pool === undefined || policy.pool === 'lazy') return { kind: 'fresh' };
  const asleep = hosts.filter(({ place }) => place === 'pool-asleep');
  const coming = hosts.filter(({ place }) => place === 'pool-launching' || place === 'pool-awake');
  const stale = asleep.filter((host) => !holdsNext(host));
  const unready = coming.filter((host) => !holdsNext(host));
  const elapsedSeconds = nowSeconds - document.since;
  // Where tasks draw hosts all the time, one is always on its way in. After so long it launched behind the document, and holds next.
  const launchedBehind = elapsedSeconds >= policy.launchTimeoutSeconds;
  const awaited = unready.filter(({ place }) => place === 'pool-awake' || !launchedBehind);
  if (stale.length === 0 && awaited.length === 0) return { kind: 'fresh' };
  if (elapsedSeconds >= policy.poolTimeoutSeconds) return { kind: 'stop', reason: 'pool-timed-out' };
  if (stale.length === 0) return awaiting('hosts on their way into the pool', awaited);
  const surge = surgeOf(pool.normal, elapsedSeconds, policy);
  const larger = surged(pool.normal, surge);
  if (!isSameSize(pool.now, larger))
    return { kind: 'step', step: { kind: 'size-pool', sizes: larger, why: 'room for fresh hosts' } };
  if (document.retired >= launchBound(pool.normal, asleep.length, surge))
    return { kind: 'stop', reason: 'pool-launches' };
  const count = Math.min(
    asleep.length - pool.normal.minSize,
    Math.max(surge, policy.poolSurge),
    stale.length,
  );
  if (count < 1) return awaiting('fresh hosts in the pool', unready);
  return {
    kind: 'step',
    step: { kind: 'retire', document: countedRetirement(document, count), ids: ids(stale, count) },
  };
}

/** Each place of the pool is renewed once, and again where a driver was killed between the count and the call. */
function launchBound({ minSize }: PoolSizes, asleep: number, surge: number): number {
  return 2 * (Math.max(minSize, asleep) + surge);
}

function countedRetirement(document: ImagesDocument, count: number): ImagesDocument {
  return { ...document, retired: document.retired + count };
}

function ids(hosts: readonly Host[], count: number): string[] {
  return hosts
    .map(({ id }) => id)
    .sort()
    .slice(0, count);
}
