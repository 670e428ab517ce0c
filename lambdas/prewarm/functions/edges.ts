import { readFileSync } from 'node:fs';
import type { AddressPolicy } from '../engine/addresses/address-guard';
import { type GuardedResolver, guardedResolver } from '../engine/addresses/guarded-resolver';
import { createResolver } from '../net/resolver';
import type { GetSizeSettings } from '../settings';

/** Resolver, port and certificates by which a function or agent reaches edges. */
export interface Edges {
  readonly policy: AddressPolicy;
  readonly resolver: GuardedResolver;
  readonly edgePort: number | undefined;
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca: string | undefined;
}

/** A resolver of the operator's own may answer with private addresses; the public DNS may not. */
export function openEdges(settings: Pick<GetSizeSettings, 'RESOLVER' | 'EDGE_PORT' | 'EDGE_CA_FILE'>): Edges {
  const { RESOLVER, EDGE_PORT, EDGE_CA_FILE } = settings;
  const policy: AddressPolicy = RESOLVER === undefined ? 'public' : 'any';
  const resolver = createResolver(RESOLVER === undefined ? {} : { servers: [RESOLVER] });
  return {
    policy,
    resolver: guardedResolver(resolver, policy),
    edgePort: EDGE_PORT === undefined ? undefined : Number(EDGE_PORT),
    ca: EDGE_CA_FILE === undefined ? undefined : readFileSync(EDGE_CA_FILE, 'utf8'),
  };
}
