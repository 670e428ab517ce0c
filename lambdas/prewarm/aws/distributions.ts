import { type CloudFrontClient, paginateListDistributions } from '@aws-sdk/client-cloudfront';

/** The id of the distribution that has this id, domain or alternate name; `undefined` where the account has none. */
export async function findDistribution(
  client: CloudFrontClient,
  wanted: string,
): Promise<string | undefined> {
  const name = wanted.toLowerCase();
  for await (const { DistributionList } of paginateListDistributions({ client }, {})) {
    for (const { Id, DomainName, Aliases } of DistributionList?.Items ?? []) {
      const names = [Id, DomainName, ...(Aliases?.Items ?? [])].map((known) => known?.toLowerCase());
      if (names.includes(name)) return Id;
    }
  }
  return undefined;
}
