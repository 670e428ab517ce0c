import type { PopDirectory } from '../../ports';
import { type PopCode, popCode } from '../ids';
import { type FieldIssue, shown } from './invalid-request';
import { DEFAULT_NEAR_COUNT, MAX_POPS } from './limits';
import { didYouMean } from './nearest';
import { type PrewarmBody, TARGET_TYPES, type TargetType } from './request-body';

type TargetFields = Pick<
  PrewarmBody,
  'target_type' | 'regions' | 'countries' | 'pops' | 'near' | 'near_count'
>;

const ALL = 'all';
const MAX_LISTED_NAMES = 50;

const listed = (names: readonly string[]): string =>
  names.length <= MAX_LISTED_NAMES ? names.join(', ') : `one of ${names.length} known codes`;

const asName = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');

const isMainlandChina = (code: PopCode, directory: PopDirectory): boolean =>
  directory.find(code)?.partition === 'aws-cn';

/** What an empty list of PoPs or regions stands for: every region's PoPs, mainland China's left out. */
export const defaultPops = (directory: PopDirectory): readonly PopCode[] =>
  (directory.regions[ALL] ?? []).filter((code) => !isMainlandChina(code, directory));

const fromLists = (
  field: 'regions' | 'countries',
  names: readonly string[],
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] => {
  const lists = directory[field];
  const fallback =
    field === 'regions'
      ? defaultPops(directory)
      : (lists[ALL] ?? []).filter((code) => !isMainlandChina(code, directory));
  if (names.length === 0) return fallback;
  const known = Object.keys(lists);
  return names.flatMap((written, index) => {
    const name = asName(written);
    if (name === ALL) return fallback;
    const codes = known.includes(name) ? lists[name] : undefined;
    if (codes) return codes;
    const hint = didYouMean(name, known);
    issues.push({
      field: `${field}[${index}]`,
      got: shown(written),
      allowed: listed(known),
      ...(hint === undefined ? {} : { hint }),
    });
    return [];
  });
};

const fromCodes = (
  codes: readonly string[],
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] => {
  if (codes.length === 0) return defaultPops(directory);
  return codes.flatMap((written, index) => {
    const entry = directory.find(popCode(written.trim().toUpperCase()));
    if (entry) return [entry.code];
    const known = directory.all.map(({ code }) => code);
    const hint = didYouMean(written.trim(), known);
    issues.push({
      field: `pops[${index}]`,
      got: shown(written),
      allowed: listed(known),
      hint: hint ?? 'GET /pops lists them',
    });
    return [];
  });
};

const COORDINATE = /^\s*([+-]?\d{1,3}(?:\.\d+)?)\s*,\s*([+-]?\d{1,3}(?:\.\d+)?)\s*$/;

/** Latitude and longitude in degrees of `LAT,LON`. */
export const parsePlace = (
  text: string,
): { readonly latitude: number; readonly longitude: number } | undefined => {
  const match = COORDINATE.exec(text);
  const latitude = Number(match?.[1]);
  const longitude = Number(match?.[2]);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
};

const fromPlace = (
  place: string,
  fields: TargetFields,
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] => {
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
};

const targetType = (written: string | undefined, issues: FieldIssue[]): TargetType | undefined => {
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
};

/**
 * The PoPs a request is for, each once, in the order asked for. Names are matched in any case; problems are added to
 * `issues` with the nearest known names.
 */
export const selectPops = (
  fields: TargetFields,
  directory: PopDirectory,
  issues: FieldIssue[],
): readonly PopCode[] => {
  const type = targetType(fields.target_type, issues);
  const select = (): readonly PopCode[] => {
    if (fields.near !== undefined) return fromPlace(fields.near, fields, directory, issues);
    if (type === 'region') return fromLists('regions', fields.regions ?? [], directory, issues);
    if (type === 'country') return fromLists('countries', fields.countries ?? [], directory, issues);
    return type === 'pop' ? fromCodes(fields.pops ?? [], directory, issues) : [];
  };
  if (fields.near === undefined && fields.near_count !== undefined) {
    issues.push({ field: 'near_count', got: shown(fields.near_count), allowed: 'together with near only' });
  }
  const codes = [...new Set(select())];
  if (codes.length > MAX_POPS) {
    issues.push({ field: 'pops', got: `${codes.length} PoPs`, allowed: `at most ${MAX_POPS}` });
  }
  return codes;
};
