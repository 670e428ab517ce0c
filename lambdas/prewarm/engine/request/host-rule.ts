import type { FindDistribution } from '../ports/find-distribution';
import type { Resolver } from '../ports/resolver';
import { isHostName } from './host-name';
import { MAX_LOOKED_UP_HOSTS } from './limits';
import { API_WORDING, type Wording } from './wording';

export type HostVerdict = { readonly kind: 'ok' } | { readonly kind: 'refused'; readonly reason: string };

/** Decides which hosts the URLs of a request may have. */
export interface HostRule {
  /** Returns the verdict where it is known without a DNS query. */
  known(host: string): HostVerdict | undefined;
  /** Returns the verdict, from DNS where necessary. */
  judge(host: string): Promise<HostVerdict>;
}

export interface DistributionHosts {
  readonly distributionDomain: string;
  readonly cfDomain: string;
  readonly aliases: readonly string[];
}

const OK: HostVerdict = { kind: 'ok' };

function refused(reason: string): HostVerdict {
  return { kind: 'refused', reason };
}

/** Returns whether an alternate name stands for this host; `*.` stands for any names before what follows. */
export function standsFor(alias: string, host: string): boolean {
  return alias.startsWith('*.') ? host.endsWith(alias.slice(1)) : alias === host;
}

/**
 * Returns the distribution's domain, its aliases, and names whose CNAME chain ends at the domain. A name is looked up once per
 * request, and only so many names are.
 */
export function hostRule(
  { distributionDomain, cfDomain, aliases }: DistributionHosts,
  resolver: Resolver,
  wording: Wording = API_WORDING,
  findDistribution?: FindDistribution,
): HostRule {
  const given = new Set([distributionDomain, cfDomain, ...aliases].map((host) => host.toLowerCase()));
  const lookups = new Map<string, Promise<HostVerdict>>();
  const verdicts = new Map<string, HostVerdict>();
  let distribution: ReturnType<FindDistribution> | undefined;
  const hint = `name it ${wording.by('aliases')} if ${distributionDomain} serves it`;

  async function lookUp(host: string): Promise<HostVerdict> {
    const resolution = await resolver.resolve(host);
    const leadsHere =
      resolution.kind === 'addresses' && resolution.canonicalName.toLowerCase() === distributionDomain;
    if (leadsHere) return OK;
    const tried =
      resolution.kind === 'failed' || resolution.kind === 'refused'
        ? `${host} could not be looked up (${resolution.message})`
        : `${host} does not lead to ${distributionDomain}`;
    if (findDistribution === undefined) return refused(`${tried}; ${hint}`);
    distribution ??= findDistribution(distributionDomain);
    const found = await distribution;
    if (found === 'not-asked')
      return refused(`${tried}, and CloudFront could not be asked for its alternate names; ${hint}`);
    if (found !== 'none' && found.aliases.some((alias) => standsFor(alias, host))) return OK;
    return refused(
      found === 'none'
        ? `${tried}, and this account has no such distribution; ${hint}`
        : `${tried} and is not among its alternate names; ${hint}`,
    );
  }

  return {
    known: (host) => (given.has(host) ? OK : verdicts.get(host)),
    judge: async (host) => {
      if (given.has(host)) return OK;
      if (!isHostName(host)) return refused(`${host} is not a host name`);
      let lookup = lookups.get(host);
      if (!lookup) {
        if (lookups.size >= MAX_LOOKED_UP_HOSTS) {
          return refused(`${host} is not looked up, ${MAX_LOOKED_UP_HOSTS} other hosts were; ${hint}`);
        }
        lookup = lookUp(host);
        lookups.set(host, lookup);
      }
      const verdict = await lookup;
      verdicts.set(host, verdict);
      return verdict;
    },
  };
}
