import type { FindDistribution } from '../ports/find-distribution';
import type { Resolution, Resolver } from '../ports/resolver';
import { isHostName, MAX_HOST_NAME_LENGTH } from './host-name';
import { API_WORDING, type Wording } from './wording';

const DISTRIBUTION = /^[a-z0-9]{1,63}\.cloudfront\.net$/;
const EXAMPLE = 'd111111abcdef8.cloudfront.net';
const ALLOWED = `a name such as ${EXAMPLE}, or a CNAME of one`;

export type DistributionResult =
  | { readonly kind: 'distribution'; readonly domain: string }
  | { readonly kind: 'refused'; readonly allowed: string; readonly hint: string };

/** Returns true for a distribution's own name, lower case. */
export function isDistributionDomain(name: string): boolean {
  return DISTRIBUTION.test(name);
}

function refused(hint: string): DistributionResult {
  return { kind: 'refused', allowed: ALLOWED, hint };
}

function triedInDns(resolution: Resolution): string {
  switch (resolution.kind) {
    case 'failed':
    case 'refused':
      return `it could not be looked up: ${resolution.message}`;
    case 'unknown-name':
      return 'the name does not exist in DNS';
    case 'addresses':
      return 'DNS does not lead from it to a distribution';
  }
}

/**
 * Returns the distribution that `cf_domain` stands for: its own `*.cloudfront.net` name, or a name whose CNAME chain ends there,
 * or one that the account's own list of distributions has: the alias records of Route 53 have no CNAME to follow.
 */
export async function resolveDistribution(
  cfDomain: string,
  resolver: Resolver,
  wording: Wording = API_WORDING,
  findDistribution?: FindDistribution,
): Promise<DistributionResult> {
  const name = cfDomain.trim().toLowerCase();
  if (name.length > MAX_HOST_NAME_LENGTH)
    return refused(`a host name has at most ${MAX_HOST_NAME_LENGTH} characters`);
  if (isDistributionDomain(name)) return { kind: 'distribution', domain: name };
  if (name.endsWith('.cloudfront.cn')) {
    return refused(
      'cloudfront.cn is the separate service of mainland China, with its own account, API and points of presence; it cannot be warmed from here',
    );
  }
  if (!isHostName(name)) {
    return refused('give a host name alone, without scheme, path, port or IP address');
  }
  if (name.endsWith('.cloudfront.net')) {
    return refused(`a distribution has one label before cloudfront.net, as in ${EXAMPLE}`);
  }
  const resolution = await resolver.resolve(name);
  const canonical = resolution.kind === 'addresses' ? resolution.canonicalName.toLowerCase() : '';
  if (isDistributionDomain(canonical)) return { kind: 'distribution', domain: canonical };
  const found = await findDistribution?.(name);
  if (found !== undefined && found !== 'none' && found !== 'not-asked')
    return { kind: 'distribution', domain: found.domain };
  const listed = {
    none: ', and no distribution of this account has it',
    'not-asked': ', and CloudFront could not be asked which distribution has it',
    nobody: '',
  }[found ?? 'nobody'];
  return refused(
    `${triedInDns(resolution)}${listed}; give the distribution's cloudfront.net name ${wording.by('cf_domain', 'as')} and this name ${wording.by('aliases')}`,
  );
}
