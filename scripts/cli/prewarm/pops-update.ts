import { getServers } from 'node:dns';
import { resolvePops } from '../../../lambdas/prewarm/engine/flow/resolve-pops';
import { type PopCode, popCode } from '../../../lambdas/prewarm/engine/model/ids';
import { visibleJson } from '../../../lambdas/prewarm/engine/model/visible-text';
import { isPopCode } from '../../../lambdas/prewarm/engine/pops/pop-code';
import type { PopDirectory } from '../../../lambdas/prewarm/engine/ports/pop-directory';
import { discoverEdges } from '../../../lambdas/prewarm/net/client-subnet';
import { parseServer } from '../../../lambdas/prewarm/net/dns-exchange';
import { FAILED } from '../exit-codes';
import { localPopsFile, writeLocalPops } from './local-pops';
import { subnetsFor } from './pops-discover';
import { prepareAsking } from './pops-dns';
import type { Output, PopsOptions } from './pops-options';

/** Names of PoPs at a site end like this; further ones are found by a later update, once one of their site is known. */
const SUFFIXES = [
  ...Array.from({ length: 12 }, (_, index) => `-P${index + 1}`),
  ...Array.from({ length: 4 }, (_, index) => `-C${index + 1}`),
];
/** Names asked for at a time: thousands, and most of them do not exist. */
const CONCURRENCY = 32;

function siteOf(code: string): string {
  return code.replace(/-.*$/, '');
}

/** Codes worth asking for: those listed, those discovered, and the neighbours of both. */
function candidates(listed: readonly PopCode[], discovered: readonly string[]): readonly PopCode[] {
  const known = [...listed, ...discovered].filter(isPopCode);
  const sites = [...new Set(known.map(siteOf))];
  const all = [...known, ...sites.flatMap((site) => SUFFIXES.map((suffix) => `${site}${suffix}`))];
  return [...new Set(all)].sort().map(popCode);
}

/**
 * Finds out which PoPs have an address for a distribution, of the listed ones, of the sites that answer clients around the world, and
 * of their neighbours, and keeps them for later commands. Writes nothing where none has one. Returns the exit code.
 */
export async function updatePops(
  directory: PopDirectory,
  options: PopsOptions,
  { out, error }: Output,
): Promise<number> {
  const { distributionDomain, resolver } = await prepareAsking(options);
  const server = parseServer(options.resolver ?? getServers()[0] ?? '');
  const clientSubnets = subnetsFor({ ...options, region: [], country: [] });
  const discoveries = await discoverEdges({ distributionDomain, clientSubnets, server });
  const discovered = discoveries.flatMap((found) =>
    found.kind === 'edges' ? found.edges.flatMap(({ site }) => site ?? []) : [],
  );
  const listed = directory.all.filter(({ partition }) => partition === 'aws').map(({ code }) => code);
  const asked = candidates(listed, discovered);
  const resolved = await resolvePops(distributionDomain, asked, {
    resolver,
    concurrency: CONCURRENCY,
  });
  const codes = resolved.flatMap((found) => (found.kind === 'usable' ? [found.pop] : []));
  const unanswered = resolved.filter((found) => found.kind === 'failed' && !found.hasNoAddress).length;
  if (codes.length === 0) {
    error(
      `pops --update: none of ${asked.length} codes has an address for ${distributionDomain}; nothing was written`,
    );
    return FAILED;
  }
  const pops = {
    schema: 'warmpath/local-pops/1' as const,
    asOf: new Date().toISOString(),
    distribution: distributionDomain,
    codes,
  };
  await writeLocalPops(pops);
  const before = new Set(listed);
  const added = codes.filter((code) => !before.has(code));
  const gone = listed.filter((code) => !codes.includes(code));
  if (options.json) out(visibleJson({ ...pops, file: localPopsFile(), added, gone, unanswered }));
  else {
    out(
      [
        `${codes.length} points of presence have an address; ${localPopsFile()} has them, and later commands read it`,
        `new: ${added.join(', ') || 'none'}`,
        `without an address: ${gone.join(', ') || 'none'}`,
        ...(unanswered > 0 ? [`${unanswered} names could not be looked up; run this again to ask anew`] : []),
      ].join('\n'),
    );
  }
  return 0;
}
