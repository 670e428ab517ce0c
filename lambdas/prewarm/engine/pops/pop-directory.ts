import { WarmpathError } from '../../../errors/warmpath-error';
import { type PopCode, popCode } from '../model/ids';
import type { Country, PopDirectory, PopEntry } from '../ports/pop-directory';
import { placeOfAirport } from './airports';
import { countryByCode, findCountry } from './countries';
import { distanceKm } from './distance';
import legacyLists from './legacy-lists.json';
import { airportOf, isPopCode } from './pop-code';
import data from './pops.json';

function toLists(
  lists: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, readonly PopCode[]>> {
  return Object.fromEntries(Object.entries(lists).map(([name, codes]) => [name, codes.map(popCode)]));
}

/** Codes of the mainland-China partition, which serves `cloudfront.cn` only, stand in this country. */
const MAINLAND_CHINA = 'CN';

/** Returns the entry of a code, listed or not, by its airport; nothing where the airport is not known. */
function entryOf(code: PopCode): PopEntry | undefined {
  const place = placeOfAirport(airportOf(code));
  if (place === undefined) return undefined;
  const { name, continent } = countryByCode(place.country);
  return {
    code,
    city: place.city,
    country: place.country,
    countryName: name,
    continent,
    latitude: place.latitude,
    longitude: place.longitude,
    partition: place.country === MAINLAND_CHINA ? 'aws-cn' : 'aws',
  };
}

/** Codes given by the operator that have not the form of a code, or whose airport is not known. */
export class UnknownPopSites extends WarmpathError {
  override readonly name = 'UnknownPopSites';
  constructor(codes: readonly string[]) {
    super(
      'UNKNOWN_POP',
      `WARMPATH_EXTRA_POPS: got ${codes.map((code) => JSON.stringify(code)).join(', ')}; allowed: codes such as FRA56-P4, whose three letters are those of an airport; leave others out`,
    );
  }
}

/** Returns the codes in the value of `WARMPATH_EXTRA_POPS`: separated by commas, spaces or line ends. */
export function parseExtraPops(written: string | undefined): readonly string[] {
  return (written ?? '').split(/[\s,]+/).filter((code) => code !== '');
}

/** A site that is named by its airport alone, as old lists name some. */
const BARE_SITE = /^[A-Z]{3}$/;

export interface PopDirectoryOptions {
  /**
   * Codes to list in place of those of the data file; one whose airport is not known is left out.
   * @default - those of the data file
   */
  readonly codes?: readonly string[];
  /**
   * Codes that the data file does not list yet, such as discovery found; each stands at its airport, and is in no fixed list of
   * the compatible API.
   * @default []
   */
  readonly extraCodes?: readonly string[];
}

/**
 * Codes of the data file and those given, in the order of their names; places and countries of these and of any other code.
 * @throws UnknownPopSites for extra codes without a place
 */
export function createPopDirectory({
  codes: given,
  extraCodes = [],
}: PopDirectoryOptions = {}): PopDirectory {
  const extra = extraCodes.map((written) => ({ written, code: popCode(written.trim().toUpperCase()) }));
  const placeless = extra.filter(
    ({ code }) => !(isPopCode(code) || BARE_SITE.test(code)) || entryOf(code) === undefined,
  );
  if (placeless.length > 0) throw new UnknownPopSites(placeless.map(({ written }) => written));
  const codes = [
    ...(given ?? data.sources.flatMap((source) => source.codes)).map(popCode),
    ...extra.map(({ code }) => code),
  ];
  const listed = new Map<PopCode, PopEntry>();
  for (const code of codes.sort()) {
    const entry = listed.has(code) ? undefined : entryOf(code);
    if (entry !== undefined) listed.set(code, entry);
  }
  const all = [...listed.values()];
  return {
    all,
    regions: toLists(legacyLists.regions),
    countries: toLists(legacyLists.countries),
    find: (code) => listed.get(code) ?? (isPopCode(code) ? entryOf(code) : undefined),
    country: (written): Country | undefined => findCountry(written),
    near: (latitude, longitude, count) =>
      all
        .filter(({ partition }) => partition === 'aws')
        .map((entry) => ({ entry, km: distanceKm({ latitude, longitude }, entry) }))
        .sort((a, b) => a.km - b.km || (a.entry.code < b.entry.code ? -1 : 1))
        .slice(0, count)
        .map(({ entry }) => entry),
  };
}
