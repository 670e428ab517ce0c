import { popCode } from '../../../../lambdas/prewarm/engine/model/ids';
import type { RequestSpec } from '../../../../lambdas/prewarm/engine/model/request';

/** A request that asks for nothing but its fetches; tests name what matters to them. */
export function plainSpec(fields: Partial<RequestSpec> = {}): RequestSpec {
  const { distributionDomain = 'd111111abcdef8.cloudfront.net' } = fields;
  return {
    distributionDomain,
    cfDomain: distributionDomain,
    aliases: [],
    pops: [popCode('FRA56-P4')],
    headers: [],
    encodings: ['browser'],
    verify: 'sample',
    skipWarm: false,
    needInvalidate: false,
    instanceCount: 1,
    timeoutMinutes: 30,
    sources: [],
    ...fields,
  };
}
