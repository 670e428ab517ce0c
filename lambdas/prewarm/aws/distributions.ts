import { CloudFrontClient, paginateListDistributions } from '@aws-sdk/client-cloudfront';
import type { FindDistribution, FoundDistribution } from '../engine/ports/find-distribution';
import type { Log } from '../engine/ports/log';
import { standsFor } from '../engine/request/host-rule';

type Listed = FoundDistribution & { readonly id: string };

/**
 * Returns the distribution with this id, domain or alternate name; `undefined` where the account has none. A name that is written out
 * goes before a wildcard, a longer wildcard before a shorter one, as in CloudFront.
 */
export async function findDistribution(
  client: CloudFrontClient,
  wanted: string,
): Promise<Listed | undefined> {
  const name = wanted.toLowerCase();
  let best: { readonly found: Listed; readonly length: number } | undefined;
  for await (const { DistributionList } of paginateListDistributions({ client }, {})) {
    for (const { Id, DomainName, Aliases } of DistributionList?.Items ?? []) {
      if (Id === undefined || DomainName === undefined) continue;
      const domain = DomainName.toLowerCase();
      const aliases = (Aliases?.Items ?? []).map((alias) => alias.toLowerCase());
      const found = { id: Id, domain, aliases };
      if ([Id.toLowerCase(), domain, ...aliases].includes(name)) return found;
      for (const alias of aliases)
        if (standsFor(alias, name) && alias.length > (best?.length ?? 0))
          best = { found, length: alias.length };
    }
  }
  return best?.found;
}

/**
 * Looks through the distributions of the account, as `findDistribution` does; `not-asked` where the account may not be asked or does
 * not answer.
 */
export function distributionFinder(log: Log): FindDistribution {
  // CloudFront has one endpoint, in us-east-1.
  const client = new CloudFrontClient({ region: 'us-east-1' });
  return async (name) => {
    try {
      return (await findDistribution(client, name)) ?? 'none';
    } catch (error) {
      log.warn('distributions-not-listed', { error: String(error) });
      return 'not-asked';
    }
  };
}
