/** Names under which people know each country, for `countries` of a request. */
import { continents, countries as countryList } from 'countries-list';
import { alpha2ToNumeric, getAlpha2Codes, getNames } from 'i18n-iso-countries';
import { nameKey } from '../../../lambdas/prewarm/engine/pops/name-key';

/** Languages in which every country's name is taken, besides its own languages. */
const COMMON_LANGUAGES = ['en', 'zh', 'es', 'fr', 'de', 'it', 'pt', 'ru', 'ja', 'ko', 'ar'];
/** Written Chinese as spoken elsewhere than on the mainland names some countries otherwise. */
const CHINESE = ['zh-Hans', 'zh-Hant', 'zh-Hant-HK'];

/** What people write besides the names of the lists. */
const SHORT_FORMS: Readonly<Record<string, readonly string[]>> = {
  AE: ['UAE', 'U.A.E.', 'Emirates', '阿联酋'],
  AU: ['Aussie', 'Oz', '澳洲'],
  BA: ['Bosnia'],
  CH: ['Confoederatio Helvetica'],
  CI: ['Ivory Coast'],
  CN: ['PRC', 'Zhongguo', 'Mainland China', "People's Republic of China", '中国大陆', '中國大陸', '大陆'],
  CV: ['Cape Verde'],
  CZ: ['Czech', 'Czech Republic', 'Czechia'],
  DO: ['Dominican Rep'],
  GB: ['UK', 'U.K.', 'Britain', 'Great Britain', 'England', 'Scotland', 'Wales', 'Northern Ireland', '英伦'],
  HK: ['Hong Kong SAR', 'Hong Kong China', '香港特别行政区', '中国香港'],
  ID: ['印尼'],
  IE: ['Eire', 'Republic of Ireland'],
  IN: ['Bharat', 'Hindustan'],
  JP: ['Nippon', 'Nihon', 'Nihonkoku', '日本国'],
  KP: ['DPRK', 'North Korea'],
  KR: [
    'Korea',
    'Korea South',
    'Korea Republic',
    'S. Korea',
    'Republic of Korea',
    'ROK',
    'Hanguk',
    '南韩',
    '南韓',
    '大韩民国',
  ],
  LA: ['Laos'],
  MK: ['Macedonia'],
  MM: ['Burma'],
  MO: ['Macau', 'Macao', 'Macau SAR', '中国澳门'],
  MY: ['大马'],
  NL: ['Holland', 'The Netherlands'],
  NZ: ['Aotearoa', '纽西兰', '紐西蘭'],
  PH: ['The Philippines', 'Pilipinas'],
  RU: ['Russia', 'Russian Federation'],
  SA: ['KSA', 'Saudi', 'Kingdom of Saudi Arabia', '沙特', '沙特阿拉伯'],
  SG: ['星加坡', 'Singapura'],
  SK: ['Slovak Republic'],
  SZ: ['Swaziland'],
  TH: ['Siam'],
  TL: ['East Timor'],
  TR: ['Turkey', 'Turkiye', 'Türkiye'],
  TW: ['Taiwan', 'Taiwan ROC', 'Republic of China', '台湾', '台灣', '臺灣', '中国台湾'],
  US: [
    'USA',
    'U.S.A.',
    'U.S.',
    'America',
    'United States',
    'United States of America',
    'the States',
    '美利坚合众国',
  ],
  VA: ['Vatican'],
  VN: ['Viet Nam', 'Vietnam'],
};

/** Where the short English name of the list is an abbreviation. */
const ENGLISH: Readonly<Record<string, string>> = { GB: 'United Kingdom', US: 'United States' };

/** A country as the data file writes it. */
export interface WrittenCountry {
  readonly name: string;
  readonly continent: string;
  /** Further codes and names, those of the same letters once. */
  readonly names: readonly string[];
}

function displayNames(language: string, code: string): readonly string[] {
  const styles = ['long', 'short'] as const;
  return styles.flatMap((style) => {
    const names = new Intl.DisplayNames(language, { type: 'region', style, fallback: 'none' });
    return names.of(code) ?? [];
  });
}

function listed(language: string, code: string): readonly string[] {
  const names = getNames(language, { select: 'all' })[code];
  return names ?? [];
}

/** All names of one country, the surest first. */
function namesOf(code: string, alpha3: string): readonly string[] {
  const known = countryList[code as keyof typeof countryList];
  const own = [...(known?.languages ?? [])];
  const languages = [...new Set([...COMMON_LANGUAGES, ...own])];
  return [
    alpha3,
    alpha2ToNumeric(code) ?? '',
    ...(SHORT_FORMS[code] ?? []),
    ...displayNames('en', code),
    ...(known === undefined ? [] : [known.name, known.native, ...('alias' in known ? known.alias : [])]),
    ...languages.flatMap((language) => listed(language, code)),
    ...[...CHINESE, ...own].flatMap((language) => displayNames(language, code)),
  ];
}

/** Every country by its ISO 3166-1 alpha-2 code. A name that more than one country has belongs to the first that is surer of it. */
export function countryData(): Readonly<Record<string, WrittenCountry>> {
  const rows = Object.entries(getAlpha2Codes())
    .map(([code, alpha3]) => ({ code, names: namesOf(code, alpha3) }))
    .sort((a, b) => (a.code < b.code ? -1 : 1));
  const owners = new Map<string, string>(rows.map(({ code }) => [nameKey(code), code]));
  const longest = Math.max(...rows.map(({ names }) => names.length));
  const kept = new Map<string, string[]>(rows.map(({ code }) => [code, []]));
  for (let rank = 0; rank < longest; rank += 1) {
    for (const { code, names } of rows) {
      const name = names[rank];
      if (name === undefined || nameKey(name) === '' || owners.has(nameKey(name))) continue;
      owners.set(nameKey(name), code);
      kept.get(code)?.push(name);
    }
  }
  return Object.fromEntries(
    rows.map(({ code }) => {
      const [name = code] = displayNames('en', code).slice(-1);
      const continent = countryList[code as keyof typeof countryList]?.continent;
      return [
        code,
        {
          name: ENGLISH[code] ?? name,
          continent: continent === undefined ? '' : continents[continent],
          names: kept.get(code) ?? [],
        },
      ];
    }),
  );
}
