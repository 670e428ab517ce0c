import type { Resolver } from '../ports/resolver';
import { type AddressPolicy, guardAddresses } from './address-guard';

/**
 * A resolver whose answers hold only addresses that may be contacted: what stands between DNS and every connection.
 * A name that has none left is `failed`, with the addresses and reasons.
 */
export function guardedResolver(resolver: Resolver, policy: AddressPolicy): Resolver {
  return {
    resolve: async (name, signal) => {
      const resolution = await resolver.resolve(name, signal);
      if (resolution.kind !== 'addresses') return resolution;
      const { allowed, refused } = guardAddresses(resolution.addresses, policy);
      return allowed.length > 0 || refused.length === 0
        ? { ...resolution, addresses: allowed }
        : {
            kind: 'failed',
            message: `${name} has only addresses that are not contacted: ${refused.join(', ')}`,
          };
    },
  };
}
