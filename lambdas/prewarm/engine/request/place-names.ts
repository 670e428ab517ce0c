import type { PopCode } from '../model/ids';
import type { PopDirectory, PopEntry } from '../ports/pop-directory';

/** Returns a name as the lists write it: lower case, words joined by underscores. */
export function asName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

/** What precedes the name of a fixed list of the compatible API where the place of that name is another set. */
const LEGACY = /^\s*legacy\s*:/i;

/** Returns whether every list is meant, `all` or `legacy:all`. */
export function isAll(written: string): boolean {
  return asName(written.replace(LEGACY, '')) === 'all';
}

type Lists = Readonly<Record<string, readonly PopCode[]>>;

function legacyList(written: string, lists: Lists): readonly PopCode[] | undefined {
  const name = asName(written.replace(LEGACY, ''));
  return Object.hasOwn(lists, name) ? lists[name] : undefined;
}

/** Names of all countries that have listed PoPs, then of the fixed lists. */
export function countryNames(directory: PopDirectory): readonly string[] {
  return [
    ...new Set(directory.all.map(({ countryName }) => asName(countryName))),
    ...Object.keys(directory.countries).map((name) => `legacy:${name}`),
  ];
}

/**
 * Returns the listed PoPs that stand in a country, whichever code or name of it is written, or those of a fixed list such as
 * `legacy:japan`. Empty for a country without PoPs; nothing for what is no country.
 */
export function popsOfCountry(written: string, directory: PopDirectory): readonly PopCode[] | undefined {
  if (LEGACY.test(written)) return legacyList(written, directory.countries);
  const country = directory.country(written);
  if (country === undefined) return undefined;
  return directory.all.filter((entry) => entry.country === country.code).map(({ code }) => code);
}

function on(...continents: readonly string[]) {
  return ({ continent }: PopEntry) => continents.includes(continent);
}

function inCountries(...codes: readonly string[]) {
  return ({ country }: PopEntry) => codes.includes(country);
}

const isMiddleEastern = inCountries(
  'AE',
  'BH',
  'CY',
  'EG',
  'IL',
  'IQ',
  'IR',
  'JO',
  'KW',
  'LB',
  'OM',
  'PS',
  'QA',
  'SA',
  'SY',
  'TR',
  'YE',
);
const isNorthAmerican = inCountries('BM', 'CA', 'GL', 'US');

/** Parts of the world by name. A country may be in more than one. */
const PARTS_OF_THE_WORLD: Readonly<Record<string, (entry: PopEntry) => boolean>> = {
  africa: on('Africa'),
  asia: on('Asia'),
  asia_pacific: (entry) => on('Asia', 'Oceania')(entry) && !isMiddleEastern(entry),
  europe: on('Europe'),
  emea: (entry) => on('Europe', 'Africa')(entry) || isMiddleEastern(entry),
  latin_america: (entry) => on('North America', 'South America')(entry) && !isNorthAmerican(entry),
  middle_east: isMiddleEastern,
  north_america: on('North America'),
  oceania: on('Oceania'),
  south_america: on('South America'),
};

/** Names of the fixed lists, then of the parts of the world. */
export function regionNames(directory: PopDirectory): readonly string[] {
  return [...Object.keys(directory.regions), ...Object.keys(PARTS_OF_THE_WORLD)];
}

/**
 * Returns the PoPs of a region: a fixed list of the compatible API, `eu` or `legacy:eu`, or the listed PoPs of a part of the
 * world, such as `europe`, those of mainland China left out. Nothing for an unknown name.
 */
export function popsOfRegion(written: string, directory: PopDirectory): readonly PopCode[] | undefined {
  const list = legacyList(written, directory.regions);
  const name = asName(written);
  if (list !== undefined || !Object.hasOwn(PARTS_OF_THE_WORLD, name)) return list;
  const isIn = PARTS_OF_THE_WORLD[name];
  return directory.all.filter((entry) => entry.partition === 'aws' && isIn?.(entry)).map(({ code }) => code);
}
