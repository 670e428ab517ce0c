import { resolvePops } from '../../../lambdas/prewarm/engine/flow/resolve-pops';
import type { PopCode } from '../../../lambdas/prewarm/engine/model/ids';
import { visibleJson, visibleLines } from '../../../lambdas/prewarm/engine/model/visible-text';
import type { PopDirectory, PopEntry } from '../../../lambdas/prewarm/engine/ports/pop-directory';
import {
  type FieldIssue,
  InvalidRequest,
  shown,
} from '../../../lambdas/prewarm/engine/request/invalid-request';
import { MAX_NEAR_COUNT } from '../../../lambdas/prewarm/engine/request/limits';
import { selectPops } from '../../../lambdas/prewarm/engine/request/targets';
import { DnsFailure } from '../../../lambdas/prewarm/net/dns-exchange';
import { BadInput } from '../bad-input';
import { BAD_INPUT, FAILED } from '../exit-codes';
import { type Column, renderTable } from '../terminal/table';
import { OPTION_WORDING, renamed } from './option-wording';
import { discover } from './pops-discover';
import { prepareAsking } from './pops-dns';
import type { Output, PopsOptions } from './pops-options';
import { updatePops } from './pops-update';
import { knownPops } from './run-surroundings';

/** Characters of one line of an error: the known regions fit. */
const LONGEST_LINE = 10_000;

/** Name and version of the document that `--json` prints. */
export const POPS_SCHEMA = 'warmpath/pops/2';

const LIST_COLUMNS: readonly Column[] = [
  { title: 'PoP' },
  { title: 'City' },
  { title: 'Country' },
  { title: 'Latitude', align: 'right', dropOrder: 1 },
  { title: 'Longitude', align: 'right', dropOrder: 2 },
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

/** Returns a PoP under the names of the API. */
function entryJson({ countryName, ...entry }: PopEntry) {
  return { ...entry, country_name: countryName };
}

function row(entry: PopEntry): readonly string[] {
  return [entry.code, entry.city, entry.countryName, entry.latitude.toFixed(2), entry.longitude.toFixed(2)];
}

function list(entries: readonly PopEntry[], { json }: PopsOptions, { out, width }: Output): number {
  out(
    json
      ? visibleJson({ schema: POPS_SCHEMA, pops: entries.map(entryJson) })
      : renderTable(LIST_COLUMNS, entries.map(row), { width }).join('\n'),
  );
  return 0;
}

async function check(
  entries: readonly PopEntry[],
  options: PopsOptions,
  { out, width }: Output,
): Promise<number> {
  const { distributionDomain, resolver } = await prepareAsking(options);
  const codes = entries.map(({ code }) => code);
  const resolved = await resolvePops(distributionDomain, codes, { resolver });
  const lines = entries.map((entry, index) => {
    const found = resolved[index];
    return found?.kind === 'usable'
      ? { entry, status: 'SUCCESS', addresses: found.addresses }
      : { entry, status: 'FAILED', addresses: [], message: found?.message ?? 'was not looked up' };
  });
  const failed = lines.filter(({ status }) => status === 'FAILED').length;
  if (options.json)
    out(
      visibleJson({
        schema: POPS_SCHEMA,
        pops: lines.map(({ entry, ...line }) => ({ ...entryJson(entry), ...line })),
        failed,
      }),
    );
  else {
    const columns = [...LIST_COLUMNS.slice(0, 3), { title: 'Status' }, { title: 'Addresses' }];
    const rows = lines.map((line) => [
      ...row(line.entry).slice(0, 3),
      line.status,
      'message' in line ? line.message : line.addresses.join(' '),
    ]);
    out(
      [...renderTable(columns, rows, { width }), `${lines.length - failed} of ${lines.length} resolve`].join(
        '\n',
      ),
    );
  }
  // Over half, as the alarm on AWS: some of the list are always away.
  return failed * 2 > lines.length ? FAILED : 0;
}

/** Lists points of presence, resolves, discovers or updates them. Returns the exit code. */
export async function runPops(options: PopsOptions, output: Output): Promise<number> {
  try {
    const directory = knownPops();
    if (options.update) return await updatePops(directory, options, output);
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
