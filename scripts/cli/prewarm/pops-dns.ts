import {
  type GuardedResolver,
  guardedResolver,
} from '../../../lambdas/prewarm/engine/addresses/guarded-resolver';
import { publishedOnly } from '../../../lambdas/prewarm/engine/addresses/published-ranges';
import { resolveDistribution } from '../../../lambdas/prewarm/engine/request/distribution';
import { InvalidRequest, shown } from '../../../lambdas/prewarm/engine/request/invalid-request';
import { parseServer } from '../../../lambdas/prewarm/net/dns-exchange';
import { createResolver } from '../../../lambdas/prewarm/net/resolver';
import { rangesGiven } from './ip-ranges';
import { OPTION_WORDING } from './option-wording';
import type { PopsOptions } from './pops-options';

/** What questions to DNS need; a resolver of one's own is the opt-in to private addresses. */
export interface Asking {
  readonly distributionDomain: string;
  readonly resolver: GuardedResolver;
}

/** @throws InvalidRequest where the distribution is missing or is none; BadInput where the ranges cannot be read */
export async function prepareAsking({ cfDomain, ipRanges, resolver: server }: PopsOptions): Promise<Asking> {
  if (cfDomain === undefined) {
    const allowed = "a distribution's cloudfront.net name, or a CNAME of it";
    throw new InvalidRequest([
      { field: '--cf-domain', got: 'nothing', allowed, hint: '--check, --discover and --update need it' },
    ]);
  }
  // Said in the words of the option, before the resolver refuses it in its own.
  if (server !== undefined) parseServer(server);
  const resolver = createResolver(server === undefined ? {} : { servers: [server] });
  const distribution = await resolveDistribution(cfDomain, resolver, OPTION_WORDING);
  if (distribution.kind === 'refused') {
    const { allowed, hint } = distribution;
    throw new InvalidRequest([{ field: '--cf-domain', got: shown(cfDomain), allowed, hint }]);
  }
  const ranges = await rangesGiven(ipRanges);
  return {
    distributionDomain: distribution.domain,
    resolver: guardedResolver(
      ranges === undefined ? resolver : publishedOnly(resolver, ranges),
      server === undefined ? 'public' : 'any',
    ),
  };
}
