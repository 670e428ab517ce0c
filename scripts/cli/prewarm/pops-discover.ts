import { getServers } from 'node:dns';
import type { PopCode } from '../../../lambdas/prewarm/engine/model/ids';
import { visibleJson } from '../../../lambdas/prewarm/engine/model/visible-text';
import type { PopDirectory } from '../../../lambdas/prewarm/engine/ports/pop-directory';
import { InvalidRequest, shown } from '../../../lambdas/prewarm/engine/request/invalid-request';
import { type Discovery, discoverEdges, isSubnet } from '../../../lambdas/prewarm/net/client-subnet';
import { CLIENT_SUBNETS } from '../../../lambdas/prewarm/net/client-subnets';
import { parseServer } from '../../../lambdas/prewarm/net/dns-exchange';
import { FAILED } from '../exit-codes';
import { renderTable } from '../terminal/table';
import { prepareAsking } from './pops-dns';
import type { Output, PopsOptions } from './pops-options';

/** Name and version of the document that `--json` prints. */
export const DISCOVERY_SCHEMA = 'warmpath/discovery/2';

/** Networks to ask as: those given, or those of the places named, or of every region. */
export function subnetsFor({ subnet, region, country }: PopsOptions): readonly string[] {
  if (subnet?.length) {
    const wrong = subnet.filter((text) => !isSubnet(text));
    if (wrong.length === 0) return subnet;
    const allowed = 'an IPv4 network of 8 to 32 bits, such as 18.184.0.0/24';
    throw new InvalidRequest(wrong.map((text) => ({ field: '--subnet', got: shown(text), allowed })));
  }
  const names = [...(region ?? []), ...(country ?? [])].map((name) => name.toLowerCase());
  const wanted = names.length > 0 ? names : ['apac', 'au', 'ca', 'eu', 'sa', 'us'];
  const unknown = wanted.filter((name) => !Object.hasOwn(CLIENT_SUBNETS, name));
  if (unknown.length === 0) return [...new Set(wanted.flatMap((name) => CLIENT_SUBNETS[name] ?? []))];
  throw new InvalidRequest(
    unknown.map((name) => ({
      field: '--discover',
      got: shown(name),
      allowed: Object.keys(CLIENT_SUBNETS).join(', '),
      hint: 'or name a network of that place with --subnet',
    })),
  );
}

function knownCodes(site: string, directory: PopDirectory): readonly PopCode[] {
  return directory.all.map(({ code }) => code).filter((code) => code === site || code.startsWith(`${site}-`));
}

function networkJson(discovery: Discovery, directory: PopDirectory) {
  const { clientSubnet, kind } = discovery;
  if (discovery.kind === 'failed') return { kind, client_subnet: clientSubnet, message: discovery.message };
  const edges = discovery.edges.map(({ address, site }) => ({
    address,
    site: site ?? null,
    known_codes: site === undefined ? [] : knownCodes(site, directory),
  }));
  return { kind, client_subnet: clientSubnet, edges };
}

function discoveryLines(discovery: Discovery, directory: PopDirectory): readonly (readonly string[])[] {
  if (discovery.kind === 'failed') return [[discovery.clientSubnet, '', '', discovery.message]];
  if (discovery.edges.length === 0) return [[discovery.clientSubnet, '', '', 'no address']];
  return discovery.edges.map(({ address, site }) => [
    discovery.clientSubnet,
    address,
    site ?? 'unknown',
    site === undefined ? '' : knownCodes(site, directory).join(' ') || 'not in the list',
  ]);
}

/** Names the sites that answer clients of some networks. Returns the exit code. */
export async function discover(
  directory: PopDirectory,
  options: PopsOptions,
  { out, width }: Output,
): Promise<number> {
  const clientSubnets = subnetsFor(options);
  const server = parseServer(options.resolver ?? getServers()[0] ?? '');
  const { distributionDomain } = await prepareAsking(options);
  const discoveries = await discoverEdges({ distributionDomain, clientSubnets, server });
  if (options.json) {
    const networks = discoveries.map((found) => networkJson(found, directory));
    out(visibleJson({ schema: DISCOVERY_SCHEMA, networks }));
  } else {
    const columns = ['Asked as', 'Edge', 'Site', 'Known codes'].map((title) => ({ title }));
    out(
      renderTable(
        columns,
        discoveries.flatMap((found) => discoveryLines(found, directory)),
        { width },
      ).join('\n'),
    );
  }
  const hasFound = discoveries.some((found) => found.kind === 'edges' && found.edges.length > 0);
  return hasFound ? 0 : FAILED;
}
