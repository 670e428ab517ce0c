import type { Resolution, Resolver } from '../ports/resolver';
import { type AddressPolicy, guardAddresses } from './address-guard';

declare const guarded: unique symbol;

/** A resolver that returns only addresses that may be contacted. Whatever connects asks for one; `guardedResolver` alone makes it. */
export type GuardedResolver = Resolver & { readonly [guarded]: true };

/** A resolver as DNS answers it; one that is guarded already does not pass. */
export type PlainResolver = Resolver & { readonly [guarded]?: never };

/** Stands between DNS and every connection: drops addresses that the policy forbids. A name that has no other is `refused`. */
export function guardedResolver(resolver: PlainResolver, policy: AddressPolicy): GuardedResolver {
  async function resolve(name: string, signal?: AbortSignal): Promise<Resolution> {
    const resolution = await resolver.resolve(name, signal);
    if (resolution.kind !== 'addresses') return resolution;
    const { allowed, refused } = guardAddresses(resolution.addresses, policy);
    return allowed.length > 0 || refused.length === 0
      ? { ...resolution, addresses: allowed }
      : {
          kind: 'refused',
          message: `${name} has only addresses that are not contacted: ${refused.join(', ')}`,
        };
  }
  return { resolve } as GuardedResolver;
}
