import type { GuardedResolver } from '../engine/addresses/guarded-resolver';
import { expandSource } from '../engine/inputs/expand-source';
import { EXPANSION_LIMITS, type ExpansionLimits } from '../engine/inputs/walk';
import type { ExpandSource } from '../engine/ports/expand-source';
import type { FindDistribution } from '../engine/ports/find-distribution';
import { hostRule } from '../engine/request/host-rule';
import type { Wording } from '../engine/request/wording';
import { createDocumentReader } from './document-reader';

export interface SourceExpanderOptions {
  readonly resolver: GuardedResolver;
  /** Port of the edges for https and http alike. @default - 443 for https, 80 for http */
  readonly edgePort?: number | undefined;
  /** Certificates (PEM) to trust besides the usual ones. @default none */
  readonly ca?: string | undefined;
  /** @default EXPANSION_LIMITS */
  readonly limits?: Partial<ExpansionLimits>;
  /** @default - that of the HTTP API */
  readonly wording?: Wording | undefined;
  /** Where alternate names that DNS does not tell of are looked for. @default - DNS and the request alone say which hosts there are */
  readonly findDistribution?: FindDistribution | undefined;
}

/** Expands the sources of requests, each through a reader of its distribution's own edges. */
export function createSourceExpander({
  resolver,
  edgePort,
  ca,
  limits,
  wording,
  findDistribution,
}: SourceExpanderOptions): ExpandSource {
  return (source, spec, options = {}) => {
    const { distributionDomain, headers } = spec;
    const { signal } = options;
    const hosts = hostRule(
      spec,
      { resolve: (name) => resolver.resolve(name, signal) },
      wording,
      findDistribution,
    );
    const reader = createDocumentReader({
      distributionDomain,
      hosts,
      resolver,
      headers,
      edgePort,
      ca,
      signal,
    });
    return expandSource(
      source,
      spec,
      { reader, hosts, limits: { ...EXPANSION_LIMITS, ...limits }, now: Date.now() },
      options,
    );
  };
}
