import { WarmpathError } from '../../../errors/warmpath-error';
import { type PopCode, popCode } from '../model/ids';
import type { PopDirectory, PopEntry } from '../ports/pop-directory';
import { distanceKm } from './distance';
import * as data from './pops.json';

/** What the data file says of one code. */
interface WrittenPop {
  readonly code: string;
  readonly city: string;
  readonly country: string;
  readonly countryName: string;
  readonly continent: string;
  readonly lat: number;
  readonly lon: number;
  readonly partition?: string;
}

function toEntry(pop: WrittenPop): PopEntry {
  return {
    code: popCode(pop.code),
    city: pop.city,
    country: pop.country,
    countryName: pop.countryName,
    continent: pop.continent,
    latitude: pop.lat,
    longitude: pop.lon,
    partition: pop.partition === 'aws-cn' ? 'aws-cn' : 'aws',
  };
}

function toLists(
  lists: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, readonly PopCode[]>> {
  return Object.fromEntries(Object.entries(lists).map(([name, codes]) => [name, codes.map(popCode)]));
}

/** Three letters of an airport, the number of the site, and one of the suffixes in use. */
const CODE = /^[A-Z]{3}\d{1,3}(?:-[A-Z]\d{1,2})?$/;

/** Codes given by the operator that are not among the codes of any known city. */
export class UnknownPopSites extends WarmpathError {
  override readonly name = 'UnknownPopSites';
  constructor(codes: readonly string[]) {
    super(
      'UNKNOWN_POP',
      `WARMPATH_EXTRA_POPS: got ${codes.map((code) => JSON.stringify(code)).join(', ')}; allowed: codes such as FRA56-P4 whose three letters are those of a known PoP; leave others out`,
    );
  }
}

/** The codes in the value of `WARMPATH_EXTRA_POPS`: separated by commas, spaces or line ends. */
export function parseExtraPops(written: string | undefined): readonly string[] {
  return (written ?? '').split(/[\s,]+/).filter((code) => code !== '');
}

export interface PopDirectoryOptions {
  /**
   * Codes that the data file does not know yet, such as discovery found; each stands where its city's others do, and is in no
   * region or country list.
   * @default []
   */
  readonly extraCodes?: readonly string[];
}

/**
 * The codes of the data file, in the order of their names.
 * @throws UnknownPopSites for extra codes without a place
 */
export function createPopDirectory({ extraCodes = [] }: PopDirectoryOptions = {}): PopDirectory {
  const known = data.pops.map(toEntry);
  const byCode = new Map(known.map((entry) => [entry.code, entry]));
  const placeless: string[] = [];
  for (const written of extraCodes) {
    const code = popCode(written.trim().toUpperCase());
    const neighbour = known.find((entry) => entry.code.slice(0, 3) === code.slice(0, 3));
    if (!neighbour || !CODE.test(code)) placeless.push(written);
    else if (!byCode.has(code)) byCode.set(code, { ...neighbour, code });
  }
  if (placeless.length > 0) throw new UnknownPopSites(placeless);
  const all = [...byCode.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
  return {
    all,
    regions: toLists(data.regions),
    countries: toLists(data.countries),
    find: (code) => byCode.get(code),
    near: (latitude, longitude, count) =>
      all
        .filter(({ partition }) => partition === 'aws')
        .map((entry) => ({ entry, km: distanceKm({ latitude, longitude }, entry) }))
        .sort((a, b) => a.km - b.km || (a.entry.code < b.entry.code ? -1 : 1))
        .slice(0, count)
        .map(({ entry }) => entry),
  };
}
