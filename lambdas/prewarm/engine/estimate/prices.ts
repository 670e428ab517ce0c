/**
 * Public on-demand list prices in US dollars, without free tiers, volume steps and taxes; us-east-1 where a price has a Region.
 * As published in 2025 and 2026 on the page named beside each; check them before money depends on them.
 */
export const PRICES_AS_OF = '2026';

/** Geographic areas by which CloudFront bills. */
export type PriceArea =
  | 'north-america'
  | 'europe'
  | 'middle-east-africa'
  | 'south-america'
  | 'japan'
  | 'oceania'
  | 'asia'
  | 'india';

/** First 10 TB a month, and requests by https. @see https://aws.amazon.com/cloudfront/pricing */
export const CLOUDFRONT_PRICES: Readonly<
  Record<PriceArea, { readonly perGigabyte: number; readonly per10kHttpsRequests: number }>
> = {
  'north-america': { perGigabyte: 0.085, per10kHttpsRequests: 0.01 },
  europe: { perGigabyte: 0.085, per10kHttpsRequests: 0.012 },
  'middle-east-africa': { perGigabyte: 0.11, per10kHttpsRequests: 0.012 },
  'south-america': { perGigabyte: 0.11, per10kHttpsRequests: 0.022 },
  japan: { perGigabyte: 0.114, per10kHttpsRequests: 0.012 },
  oceania: { perGigabyte: 0.114, per10kHttpsRequests: 0.0125 },
  asia: { perGigabyte: 0.12, per10kHttpsRequests: 0.012 },
  india: { perGigabyte: 0.109, per10kHttpsRequests: 0.012 },
};

/** A c7g.large on demand; Spot is usually a third of it. @see https://aws.amazon.com/ec2/pricing/on-demand */
export const INSTANCE_HOUR = 0.0725;
/** Of each running instance, since February 2024. @see https://aws.amazon.com/vpc/pricing */
export const PUBLIC_IPV4_HOUR = 0.005;
/** @see https://aws.amazon.com/sqs/pricing */
export const PER_MILLION_QUEUE_CALLS = 0.4;
/** On demand, since November 2024. @see https://aws.amazon.com/dynamodb/pricing/on-demand */
export const PER_MILLION_TABLE_WRITES = 0.625;
/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PayingForInvalidation.html (first 1,000 a month are free) */
export const PER_INVALIDATION_PATH = 0.005;
export const FREE_INVALIDATION_PATHS = 1_000;

const COUNTRY_AREAS: Readonly<Record<string, PriceArea>> = {
  US: 'north-america',
  CA: 'north-america',
  MX: 'north-america',
  IL: 'europe',
  TR: 'europe',
  JP: 'japan',
  IN: 'india',
  AE: 'middle-east-africa',
  BH: 'middle-east-africa',
  OM: 'middle-east-africa',
  QA: 'middle-east-africa',
  SA: 'middle-east-africa',
};

const CONTINENT_AREAS: Readonly<Record<string, PriceArea>> = {
  Africa: 'middle-east-africa',
  Asia: 'asia',
  Europe: 'europe',
  'North America': 'north-america',
  Oceania: 'oceania',
  'South America': 'south-america',
};

/** Returns where CloudFront's traffic of a PoP is billed; the dearest area for bytes where the place is not known. */
export function priceAreaOf(
  place: { readonly country: string; readonly continent: string } | undefined,
): PriceArea {
  return place === undefined
    ? 'asia'
    : (COUNTRY_AREAS[place.country] ?? CONTINENT_AREAS[place.continent] ?? 'asia');
}
