import type { GuardedResolver } from '../addresses/guarded-resolver';
import type { PopCode } from '../model/ids';
import { popHostName } from '../pops/pop-code';
import { mapConcurrently } from './concurrently';
import type { ResolvedPop } from './plan';

export type { ResolvedPop } from './plan';

export interface ResolvePopsOptions {
  readonly resolver: GuardedResolver;
  /**
   * Names asked for at a time.
   * @default 16
   */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

async function resolvePop(
  distributionDomain: string,
  pop: PopCode,
  { resolver, signal }: ResolvePopsOptions,
): Promise<ResolvedPop> {
  function failed(message: string): ResolvedPop {
    return { kind: 'failed', pop, message };
  }
  function absent(message: string): ResolvedPop {
    return { kind: 'failed', pop, message, hasNoAddress: true };
  }
  const name = popHostName(distributionDomain, pop);
  const resolution = await resolver.resolve(name, signal);
  if (resolution.kind === 'unknown-name') return absent(`${name} does not exist in DNS`);
  if (resolution.kind === 'failed') return failed(`${name} could not be looked up: ${resolution.message}`);
  if (resolution.kind === 'refused')
    return { kind: 'failed', pop, message: resolution.message, isRefused: true };
  const { addresses } = resolution;
  return addresses.length > 0 ? { kind: 'usable', pop, addresses } : absent(`${name} has no address`);
}

/** Resolves PoPs of a distribution concurrently, in their order; one that does not resolve is failed with the reason. */
export async function resolvePops(
  distributionDomain: string,
  pops: readonly PopCode[],
  options: ResolvePopsOptions,
): Promise<readonly ResolvedPop[]> {
  return mapConcurrently(pops, options.concurrency ?? 16, (pop) =>
    resolvePop(distributionDomain, pop, options),
  );
}
