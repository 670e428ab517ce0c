import { getServers } from 'node:dns';
import type { AddressPolicy } from '../../../lambdas/prewarm/engine/addresses/address-guard';
import { resolvePops } from '../../../lambdas/prewarm/engine/flow/resolve-pops';
import type { PopCode } from '../../../lambdas/prewarm/engine/model/ids';
import { visibleJson, visibleLines } from '../../../lambdas/prewarm/engine/model/visible-text';
import type { PopDirectory, PopEntry } from '../../../lambdas/prewarm/engine/ports/pop-directory';
import { resolveDistribution } from '../../../lambdas/prewarm/engine/request/distribution';
import {
  type FieldIssue,
  InvalidRequest,
  shown,
} from '../../../lambdas/prewarm/engine/request/invalid-request';
import { MAX_NEAR_COUNT } from '../../../lambdas/prewarm/engine/request/limits';
import { selectPops } from '../../../lambdas/prewarm/engine/request/targets';
import { type Discovery, discoverEdges, isSubnet } from '../../../lambdas/prewarm/net/client-subnet';
import { CLIENT_SUBNETS } from '../../../lambdas/prewarm/net/client-subnets';
import { DnsFailure, parseServer } from '../../../lambdas/prewarm/net/dns-exchange';
import { createResolver } from '../../../lambdas/prewarm/net/resolver';
import { BadInput } from '../bad-input';
import { BAD_INPUT, FAILED } from '../exit-codes';
import { type Column, renderTable } from '../terminal/table';
import { OPTION_WORDING, renamed } from './option-wording';
import { knownPops } from './run-surroundings';

/** The options of `warmpath prewarm pops`. */
/** Characters of one line of an error: the known PoPs fit. */
const LONGEST_LINE = 10_000;

export interface PopsOptions {
  readonly region?: readonly string[];
  readonly country?: readonly string[];
  /** LAT,LON in degrees. */
  readonly near?: string;
  readonly count?: number;
  readonly check?: boolean;
  readonly discover?: boolean;
  readonly subnet?: readonly string[];
  /** HOST:PORT. */
  readonly resolver?: string;
  readonly cfDomain?: string;
  readonly json?: boolean;
}

/** Where the command writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

const LIST_COLUMNS: readonly Column[] = [
  { title: 'PoP' },
  { title: 'City' },
  { title: 'Country' },
  { title: 'Latitude', align: 'right' },
  { title: 'Longitude', align: 'right' },
];

/** Options by the field whose name errors say. */
const POPS_OPTIONS = { regions: '--region', countries: '--country', near: '--near', count: '--count' };

function selectEntries(options: PopsOptions, directory: PopDirectory): readonly PopEntry[] {
  const issues: FieldIssue[] = [];
  const codes = new Set<PopCode>();
  function add(fields: Parameters<typeof selectPops>[0]): void {
    for (const code of selectPops(fields, directory, issues, OPTION_WORDING)) codes.add(code);
  }
  if (options.region?.length) add({ target_type: 'region', regions: options.region });
  if (options.country?.length) add({ target_type: 'country', countries: options.country });
  if (options.near !== undefined) {
    add({ near: options.near, ...(options.count === undefined ? {} : { near_count: options.count }) });
  }
  if (options.count !== undefined && options.count > MAX_NEAR_COUNT) {
    issues.push({ field: 'count', got: shown(options.count), allowed: `at most ${MAX_NEAR_COUNT}` });
  }
  if (issues.length > 0) {
    throw new InvalidRequest(
      issues.map((issue) => ({ ...issue, field: renamed(issue.field, POPS_OPTIONS) })),
    );
  }
  return codes.size === 0 ? directory.all : [...codes].flatMap((code) => directory.find(code) ?? []);
}

function row(entry: PopEntry): readonly string[] {
  return [entry.code, entry.city, entry.countryName, entry.latitude.toFixed(2), entry.longitude.toFixed(2)];
}

function list(entries: readonly PopEntry[], { json }: PopsOptions, { out }: Output): number {
  out(json ? visibleJson({ pops: entries }) : renderTable(LIST_COLUMNS, entries.map(row)).join('\n'));
  return 0;
}

/** What questions to DNS need; a resolver of one's own is the opt-in to private addresses. */
interface Asking {
  readonly distributionDomain: string;
  readonly resolver: ReturnType<typeof createResolver>;
  readonly policy: AddressPolicy;
}

async function prepareAsking({ cfDomain, resolver: server }: PopsOptions): Promise<Asking> {
  if (cfDomain === undefined) {
    const allowed = "a distribution's cloudfront.net name, or a CNAME of it";
    throw new InvalidRequest([
      { field: '--cf-domain', got: 'nothing', allowed, hint: '--check and --discover need it' },
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
  return {
    distributionDomain: distribution.domain,
    resolver,
    policy: server === undefined ? 'public' : 'any',
  };
}

async function check(entries: readonly PopEntry[], options: PopsOptions, { out }: Output): Promise<number> {
  const { distributionDomain, resolver, policy } = await prepareAsking(options);
  const codes = entries.map(({ code }) => code);
  const resolved = await resolvePops(distributionDomain, codes, { resolver, policy });
  const lines = entries.map((entry, index) => {
    const found = resolved[index];
    return found?.kind === 'usable'
      ? { ...entry, status: 'SUCCESS', addresses: found.addresses }
      : { ...entry, status: 'FAILED', addresses: [], message: found?.message ?? 'was not looked up' };
  });
  const failed = lines.filter(({ status }) => status === 'FAILED').length;
  if (options.json) out(visibleJson({ pops: lines, failed }));
  else {
    const columns = [...LIST_COLUMNS.slice(0, 3), { title: 'Status' }, { title: 'Addresses' }];
    const rows = lines.map((line) => [
      ...row(line).slice(0, 3),
      line.status,
      'message' in line ? line.message : line.addresses.join(' '),
    ]);
    out([...renderTable(columns, rows), `${lines.length - failed} of ${lines.length} resolve`].join('\n'));
  }
  return failed === lines.length && lines.length > 0 ? FAILED : 0;
}

function subnetsFor({ subnet, region, country }: PopsOptions): readonly string[] {
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

async function discover(directory: PopDirectory, options: PopsOptions, { out }: Output): Promise<number> {
  const clientSubnets = subnetsFor(options);
  const server = parseServer(options.resolver ?? getServers()[0] ?? '');
  const { distributionDomain } = await prepareAsking(options);
  const discoveries = await discoverEdges({ distributionDomain, clientSubnets, server });
  if (options.json) {
    const networks = discoveries.map((discovery) =>
      discovery.kind === 'failed'
        ? discovery
        : {
            ...discovery,
            edges: discovery.edges.map((edge) => ({
              ...edge,
              knownCodes: edge.site === undefined ? [] : knownCodes(edge.site, directory),
            })),
          },
    );
    out(visibleJson({ networks }));
  } else {
    const columns = ['Asked as', 'Edge', 'Site', 'Known codes'].map((title) => ({ title }));
    out(
      renderTable(
        columns,
        discoveries.flatMap((found) => discoveryLines(found, directory)),
      ).join('\n'),
    );
  }
  const hasFound = discoveries.some((found) => found.kind === 'edges' && found.edges.length > 0);
  return hasFound ? 0 : FAILED;
}

/** Lists points of presence, resolves them, or discovers them. Answers the exit code. */
export async function runPops(options: PopsOptions, output: Output): Promise<number> {
  try {
    const directory = knownPops();
    if (options.discover) return await discover(directory, options, output);
    const entries = selectEntries(options, directory);
    return options.check ? await check(entries, options, output) : list(entries, options, output);
  } catch (error) {
    if (!(error instanceof InvalidRequest || error instanceof DnsFailure || error instanceof BadInput))
      throw error;
    output.error(visibleLines(error.message, LONGEST_LINE));
    return BAD_INPUT;
  }
}
