import { CloudFrontClient, paginateListDistributions } from '@aws-sdk/client-cloudfront';
import type { FindDistribution, FoundDistribution } from '../engine/ports/find-distribution';
import type { Log } from '../engine/ports/log';

/** Returns the distribution with this id, domain or alternate name; `undefined` where the account has none. */
export async function findDistribution(
  client: CloudFrontClient,
  wanted: string,
): Promise<(FoundDistribution & { readonly id: string }) | undefined> {
  const name = wanted.toLowerCase();
  for await (const { DistributionList } of paginateListDistributions({ client }, {})) {
    for (const { Id, DomainName, Aliases } of DistributionList?.Items ?? []) {
      if (Id === undefined || DomainName === undefined) continue;
      const domain = DomainName.toLowerCase();
      const aliases = (Aliases?.Items ?? []).map((alias) => alias.toLowerCase());
      if ([Id.toLowerCase(), domain, ...aliases].includes(name)) return { id: Id, domain, aliases };
    }
  }
  return undefined;
}

/**
 * Looks through the distributions of the account, as `findDistribution` does; an account that may not be asked, or does not
 * answer, counts as one without the name.
 */
export function distributionFinder(log: Log): FindDistribution {
  // CloudFront has one endpoint, in us-east-1.
  const client = new CloudFrontClient({ region: 'us-east-1' });
  return async (name) => {
    try {
      return await findDistribution(client, name);
    } catch (error) {
      log.warn('distributions-not-listed', { error: String(error) });
      return undefined;
    }
  };
}
