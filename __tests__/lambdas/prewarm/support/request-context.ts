import { createPopDirectory } from '../../../../lambdas/prewarm/engine/pops/pop-directory';
import type { Resolution, Resolver } from '../../../../lambdas/prewarm/engine/ports/resolver';
import type { RequestContext } from '../../../../lambdas/prewarm/engine/request/normalise-request';

export const DISTRIBUTION = 'd111111abcdef8.cloudfront.net';
export const directory = createPopDirectory();

/** A resolver that knows these names; every name is counted. */
export function fixedResolver(
  names: Readonly<Record<string, Resolution>> = {},
): Resolver & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    resolve: async (name) => {
      asked.push(name);
      return names[name] ?? { kind: 'unknown-name' };
    },
  };
}

export function leadsTo(canonicalName: string, ...addresses: string[]): Resolution {
  return {
    kind: 'addresses',
    addresses: addresses.length > 0 ? addresses : ['13.32.0.1'],
    canonicalName,
  };
}

export function context(resolver: Resolver = fixedResolver()): RequestContext {
  return {
    directory,
    resolver,
    policy: 'public',
  };
}

/** The smallest body that is accepted. */
export function body(fields: object = {}): object {
  return {
    url_list: [`https://${DISTRIBUTION}/a`],
    cf_domain: DISTRIBUTION,
    timeout: 5,
    instance_count: 1,
    ...fields,
  };
}
