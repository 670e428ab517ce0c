import { type PopCode, popCode } from '../model/ids';
import { middleOfCountry } from '../pops/airports';
import { airportOf, isPopCode } from '../pops/pop-code';
import type { Country, PopDirectory } from '../ports/pop-directory';
import { type FieldIssue, MAX_SENTENCES, shown } from './invalid-request';
import { DEFAULT_NEAR_COUNT, MAX_POPS } from './limits';
import { didYouMean } from './nearest';
import { asName, countryNames, isAll, popsOfCountry, popsOfRegion, regionNames } from './place-names';
import { type PrewarmBody, TARGET_TYPES, type TargetType } from './request-body';
import { API_WORDING, type Wording } from './wording';

type TargetFields = Pick<
  PrewarmBody,
  'target_type' | 'regions' | 'countries' | 'pops' | 'near' | 'near_count'
>;

function isMainlandChina(code: PopCode, directory: PopDirectory): boolean {
  return directory.find(code)?.partition === 'aws-cn';
}

/** Returns what an empty list of PoPs or regions stands for: every region's PoPs, mainland China's left out. */
export function defaultPops(directory: PopDirectory): readonly PopCode[] {
  return (directory.regions['all'] ?? []).filter((code) => !isMainlandChina(code, directory));
}

/** Returns what `suggest` finds, for issues that are shown: comparing each of a long list with all known names takes seconds. */
function suggestion(issues: readonly FieldIssue[], suggest: () => string | undefined): string | undefined {
  return issues.length < MAX_SENTENCES ? suggest() : undefined;
}

function fromRegions(
  names: readonly string[],
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] {
  if (names.length === 0) return defaultPops(directory);
  return names.flatMap((written, index) => {
    if (isAll(written)) return defaultPops(directory);
    const codes = popsOfRegion(written, directory);
    if (codes) return codes;
    const known = regionNames(directory);
    const country = directory.country(written)?.name;
    const hint =
      country === undefined
        ? suggestion(issues, () => didYouMean(asName(written), known))
        : `name the country ${country} in countries`;
    issues.push({
      field: `regions[${index}]`,
      got: shown(written),
      allowed: known.join(', '),
      ...(hint === undefined ? {} : { hint }),
    });
    return [];
  });
}

/** Cities named to those who asked for a country without PoPs. */
const NAMED_CITIES = 3;

/** Returns the listed PoPs nearest to a country, one a city, as advice. */
function nearestTo({ code, name }: Country, directory: PopDirectory): string {
  const none = `no point of presence is listed in ${name}`;
  const middle = middleOfCountry(code);
  if (middle === undefined) return `${none}; near takes the closest ones to a place`;
  const { latitude, longitude } = middle;
  const cities = new Map<string, string>();
  for (const { code: pop, city } of directory.near(latitude, longitude, directory.all.length)) {
    if (cities.size === NAMED_CITIES) break;
    if (!cities.has(airportOf(pop))) cities.set(airportOf(pop), `${pop} (${city})`);
  }
  const place = `${latitude.toFixed(1)},${longitude.toFixed(1)}`;
  return `${none}; the nearest listed ones are ${[...cities.values()].join(', ')}: name them as pops, or take near ${place}`;
}

function fromCountries(
  names: readonly string[],
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] {
  const everywhere = (directory.countries['all'] ?? []).filter((code) => !isMainlandChina(code, directory));
  if (names.length === 0) return everywhere;
  return names.flatMap((written, index) => {
    if (isAll(written)) return everywhere;
    const codes = popsOfCountry(written, directory);
    if (codes !== undefined && codes.length > 0) return codes;
    const country = codes === undefined ? undefined : directory.country(written);
    const hint = suggestion(issues, () =>
      country === undefined
        ? didYouMean(asName(written), countryNames(directory))
        : nearestTo(country, directory),
    );
    issues.push({
      field: `countries[${index}]`,
      got: shown(written),
      allowed:
        'countries that have points of presence, by name or ISO code, and fixed lists such as legacy:japan',
      ...(hint === undefined ? {} : { hint }),
    });
    return [];
  });
}

/** Returns the nearest codes of the same city, else those that are written alike. */
function similarCodes(written: string, directory: PopDirectory): string | undefined {
  const known = directory.all.map(({ code }) => code);
  const sameCity = known.filter((code) => airportOf(code) === airportOf(written));
  return sameCity.length > 0 ? didYouMean(written, sameCity, Infinity) : didYouMean(written, known);
}

/**
 * Codes as they are written: one that is not listed passes where it has the form of a code, since sites come and go. Whether its
 * airport is known, or DNS knows it, is checked where the distribution is known.
 */
function fromCodes(
  codes: readonly string[],
  directory: PopDirectory,
  issues: FieldIssue[],
  wording: Wording,
): readonly PopCode[] {
  if (codes.length === 0) return defaultPops(directory);
  return codes.flatMap((written, index) => {
    const code = popCode(written.trim().toUpperCase());
    if (directory.find(code) !== undefined || isPopCode(code)) return [code];
    issues.push({ field: `pops[${index}]`, ...unknownCode(written, directory, issues, wording) });
    return [];
  });
}

/** Returns what is wrong with a code that is none, or that nothing is known of. */
export function unknownCode(
  written: string,
  directory: PopDirectory,
  issues: readonly FieldIssue[],
  wording: Wording = API_WORDING,
): Omit<FieldIssue, 'field'> {
  return {
    got: shown(written),
    allowed: 'codes such as FRA56-P4, whose three letters are those of an airport',
    hint:
      suggestion(issues, () => similarCodes(written.trim().toUpperCase(), directory)) ??
      `${wording.popList} lists the known ones`,
  };
}

const COORDINATE = /^\s*([+-]?\d{1,3}(?:\.\d+)?)\s*,\s*([+-]?\d{1,3}(?:\.\d+)?)\s*$/;

/** Latitude and longitude in degrees of `LAT,LON`. */
export function parsePlace(
  text: string,
): { readonly latitude: number; readonly longitude: number } | undefined {
  const match = COORDINATE.exec(text);
  const latitude = Number(match?.[1]);
  const longitude = Number(match?.[2]);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}

function fromPlace(
  place: string,
  fields: TargetFields,
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] {
  const other = (['pops', 'regions', 'countries'] as const).find((field) => fields[field]?.length);
  if (other !== undefined) {
    issues.push({
      field: 'near',
      got: `near and ${other}`,
      allowed: `one of near and ${other}`,
      hint: `leave out one of them`,
    });
  }
  const parsed = parsePlace(place);
  if (!parsed) {
    issues.push({
      field: 'near',
      got: shown(place),
      allowed: 'latitude from -90 to 90 and longitude from -180 to 180, in degrees',
      hint: 'write it as "48.14,11.58"',
    });
    return [];
  }
  const count = fields.near_count ?? DEFAULT_NEAR_COUNT;
  return directory.near(parsed.latitude, parsed.longitude, count).map(({ code }) => code);
}

function targetType(written: string | undefined, issues: FieldIssue[]): TargetType | undefined {
  if (written === undefined || written.trim() === '') return 'pop';
  const wanted = written.trim().toLowerCase();
  const type = TARGET_TYPES.find((known) => known === wanted);
  if (type === undefined) {
    const hint = didYouMean(wanted, TARGET_TYPES);
    issues.push({
      field: 'target_type',
      got: shown(written),
      allowed: TARGET_TYPES.join(', '),
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return type;
}

/** Returns whether a request names its PoPs one by one, rather than by where they stand or not at all. */
export function namesCodes({ target_type: type, pops, near }: TargetFields): boolean {
  return near === undefined && targetType(type, []) === 'pop' && (pops ?? []).length > 0;
}

/**
 * Returns the PoPs a request is for, each once, in the order asked for. Names are matched in any case; problems are added to
 * `issues` with the nearest known names.
 */
export function selectPops(
  fields: TargetFields,
  directory: PopDirectory,
  issues: FieldIssue[],
  wording: Wording = API_WORDING,
): readonly PopCode[] {
  const type = targetType(fields.target_type, issues);
  function select(): readonly PopCode[] {
    if (fields.near !== undefined) return fromPlace(fields.near, fields, directory, issues);
    if (type === 'region') return fromRegions(fields.regions ?? [], directory, issues);
    if (type === 'country') return fromCountries(fields.countries ?? [], directory, issues);
    return type === 'pop' ? fromCodes(fields.pops ?? [], directory, issues, wording) : [];
  }
  if (fields.near === undefined && fields.near_count !== undefined) {
    issues.push({ field: 'near_count', got: shown(fields.near_count), allowed: 'together with near only' });
  }
  const codes = [...new Set(select())];
  if (codes.length > MAX_POPS) {
    issues.push({ field: 'pops', got: `${codes.length} PoPs`, allowed: `at most ${MAX_POPS}` });
  }
  return codes;
}
