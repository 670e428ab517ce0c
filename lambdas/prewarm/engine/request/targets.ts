import { type PopCode, popCode } from '../model/ids';
import type { PopDirectory } from '../ports/pop-directory';
import { type FieldIssue, MAX_SENTENCES, shown } from './invalid-request';
import { DEFAULT_NEAR_COUNT, MAX_POPS } from './limits';
import { didYouMean } from './nearest';
import { type PrewarmBody, TARGET_TYPES, type TargetType } from './request-body';

type TargetFields = Pick<
  PrewarmBody,
  'target_type' | 'regions' | 'countries' | 'pops' | 'near' | 'near_count'
>;

const ALL = 'all';
const MAX_LISTED_NAMES = 50;

function listed(names: readonly string[]): string {
  return names.length <= MAX_LISTED_NAMES ? names.join(', ') : `one of ${names.length} known codes`;
}

function asName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

/** Names of the compatible lists, then of all countries that have PoPs. */
export function countryNames(directory: PopDirectory): readonly string[] {
  return [
    ...new Set([
      ...Object.keys(directory.countries),
      ...directory.all.map(({ countryName }) => asName(countryName)),
    ]),
  ];
}

/**
 * The PoPs of a country, in any case: those of the compatible list where it has one of that name, else all that stand in
 * the country of that name or ISO 3166-1 code. Nothing where none does.
 */
export function popsOfCountry(written: string, directory: PopDirectory): readonly PopCode[] | undefined {
  const name = asName(written);
  if (Object.hasOwn(directory.countries, name)) return directory.countries[name];
  const there = directory.all.filter(
    ({ country, countryName }) => country.toLowerCase() === name || asName(countryName) === name,
  );
  return there.length === 0 ? undefined : there.map(({ code }) => code);
}

function isMainlandChina(code: PopCode, directory: PopDirectory): boolean {
  return directory.find(code)?.partition === 'aws-cn';
}

/** What an empty list of PoPs or regions stands for: every region's PoPs, mainland China's left out. */
export function defaultPops(directory: PopDirectory): readonly PopCode[] {
  return (directory.regions[ALL] ?? []).filter((code) => !isMainlandChina(code, directory));
}

/** What `suggest` finds, for issues that are shown: comparing each of a long list with all known names takes seconds. */
function suggestion(issues: readonly FieldIssue[], suggest: () => string | undefined): string | undefined {
  return issues.length < MAX_SENTENCES ? suggest() : undefined;
}

function fromRegions(
  names: readonly string[],
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] {
  if (names.length === 0) return defaultPops(directory);
  const known = Object.keys(directory.regions);
  return names.flatMap((written, index) => {
    const name = asName(written);
    if (name === ALL) return defaultPops(directory);
    const codes = known.includes(name) ? directory.regions[name] : undefined;
    if (codes) return codes;
    const hint = suggestion(issues, () => didYouMean(name, known));
    issues.push({
      field: `regions[${index}]`,
      got: shown(written),
      allowed: known.join(', '),
      ...(hint === undefined ? {} : { hint }),
    });
    return [];
  });
}

function fromCountries(
  names: readonly string[],
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] {
  const everywhere = (directory.countries[ALL] ?? []).filter((code) => !isMainlandChina(code, directory));
  if (names.length === 0) return everywhere;
  return names.flatMap((written, index) => {
    if (asName(written) === ALL) return everywhere;
    const codes = popsOfCountry(written, directory);
    if (codes) return codes;
    const hint = suggestion(issues, () => didYouMean(asName(written), countryNames(directory)));
    issues.push({
      field: `countries[${index}]`,
      got: shown(written),
      allowed: `${Object.keys(directory.countries).join(', ')}, or another country that has PoPs, by name or ISO code`,
      ...(hint === undefined ? {} : { hint }),
    });
    return [];
  });
}

/** Letters of a code that name the airport, and with it the city. */
const AIRPORT_LETTERS = 3;

/** The nearest codes of the same city, else those that are written alike. */
function similarCodes(written: string, directory: PopDirectory): string | undefined {
  const known = directory.all.map(({ code }) => code);
  const airport = written.slice(0, AIRPORT_LETTERS);
  const sameCity = known.filter((code) => code.slice(0, AIRPORT_LETTERS) === airport);
  return sameCity.length > 0 ? didYouMean(written, sameCity, Infinity) : didYouMean(written, known);
}

function fromCodes(
  codes: readonly string[],
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] {
  if (codes.length === 0) return defaultPops(directory);
  return codes.flatMap((written, index) => {
    const entry = directory.find(popCode(written.trim().toUpperCase()));
    if (entry) return [entry.code];
    issues.push({
      field: `pops[${index}]`,
      got: shown(written),
      allowed: listed(directory.all.map(({ code }) => code)),
      hint:
        suggestion(issues, () => similarCodes(written.trim().toUpperCase(), directory)) ??
        'GET /pops lists them',
    });
    return [];
  });
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

/**
 * The PoPs a request is for, each once, in the order asked for. Names are matched in any case; problems are added to
 * `issues` with the nearest known names.
 */
export function selectPops(
  fields: TargetFields,
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] {
  const type = targetType(fields.target_type, issues);
  function select(): readonly PopCode[] {
    if (fields.near !== undefined) return fromPlace(fields.near, fields, directory, issues);
    if (type === 'region') return fromRegions(fields.regions ?? [], directory, issues);
    if (type === 'country') return fromCountries(fields.countries ?? [], directory, issues);
    return type === 'pop' ? fromCodes(fields.pops ?? [], directory, issues) : [];
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
