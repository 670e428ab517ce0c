import type { Country } from '../ports/pop-directory';
import data from './countries.json';
import { nameKey } from './name-key';

const countries: ReadonlyMap<string, Country> = new Map(
  Object.entries(data.countries).map(([code, { name, continent }]) => [code, { code, name, continent }]),
);

let keys: ReadonlyMap<string, Country> | undefined;

/** Made when the first name is looked up: most processes never do. */
function countriesByKey(): ReadonlyMap<string, Country> {
  keys ??= new Map(
    Object.entries(data.countries).flatMap(([code, { names, name }]) =>
      [code, name, ...names].map((each) => [nameKey(each), countryByCode(code)] as const),
    ),
  );
  return keys;
}

/** Returns a country by its ISO 3166-1 alpha-2 code; one that is not listed is called by its code. */
export function countryByCode(code: string): Country {
  return countries.get(code) ?? { code, name: code, continent: '' };
}

/**
 * Returns a country by a code of ISO 3166-1, or by its name in English, Chinese, a widespread language or one of its own, long or
 * short. Case, accents, blanks and punctuation do not count.
 */
export function findCountry(written: string): Country | undefined {
  const key = nameKey(written);
  return key === '' ? undefined : countriesByKey().get(key);
}
