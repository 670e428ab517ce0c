import * as z from 'zod';
import { nothingLeft } from '../../engine/model/exhaustive';
import type { PopDirectory, PopEntry } from '../../engine/ports/pop-directory';
import { didYouMean } from '../../engine/request/nearest';
import { countryNames, popsOfCountry, popsOfRegion, regionNames } from '../../engine/request/place-names';
import type { PrewarmApplication } from '../application';
import { always, answer, BAD, named, queryParameters } from '../documentation';
import { ApiFailure } from '../failure';
import { jsonAnswer } from '../json-answer';
import { readBy } from '../query';
import type { Route } from './route';

const popsQuery = z.object({
  region: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe(
      'Only the PoPs of this region: a fixed list such as `eu`, or a part of the world such as `europe`.',
    ),
  country: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe(
      'Only the PoPs that stand in this country, by any name or ISO 3166-1 code; or those of a fixed list, such as `legacy:japan`.',
    ),
});

export const popListBody = z.strictObject({
  pops: z.array(
    z.strictObject({
      code: z.string(),
      city: z.string(),
      country: z.string(),
      country_name: z.string(),
      continent: z.string(),
      latitude: z.number(),
      longitude: z.number(),
      partition: z.enum(['aws', 'aws-cn']),
    }),
  ),
  regions: z.record(z.string(), z.array(z.string())).describe('Fixed lists of codes, by region.'),
  countries: z.record(z.string(), z.array(z.string())).describe('Fixed lists of codes, by country.'),
});

function unknownName(field: string, name: string, known: readonly string[]): ApiFailure {
  return new ApiFailure(
    'BAD_INPUT',
    [`${field}: got ${JSON.stringify(name)}; allowed: ${known.join(', ')}`, didYouMean(name, known)]
      .filter((part) => part !== undefined)
      .join('; '),
  );
}

/** Returns the filter for a region, by any name that `regions` of a request takes. @throws ApiFailure 400 for an unknown one */
function inRegion(directory: PopDirectory, region: string): (entry: PopEntry) => boolean {
  const codes = popsOfRegion(region, directory);
  if (codes === undefined) throw unknownName('region', region, regionNames(directory));
  const wanted = new Set(codes);
  return ({ code }) => wanted.has(code);
}

/** Returns the filter for a country, by any name that `countries` of a request takes. @throws ApiFailure 400 for an unknown one */
function inCountry(directory: PopDirectory, country: string): (entry: PopEntry) => boolean {
  const codes = popsOfCountry(country, directory);
  if (codes === undefined) throw unknownName('country', country, countryNames(directory));
  const wanted = new Set(codes);
  return ({ code }) => wanted.has(code);
}

function popLine(entry: PopEntry): z.output<typeof popListBody>['pops'][number] {
  const { code, city, country, countryName, continent, latitude, longitude, partition, ...rest } = entry;
  nothingLeft(rest);
  return { code, city, country, country_name: countryName, continent, latitude, longitude, partition };
}

function listed({ directory }: Pick<PrewarmApplication, 'directory'>, query: z.output<typeof popsQuery>) {
  const filters = [
    ...(query.region === undefined ? [] : [inRegion(directory, query.region)]),
    ...(query.country === undefined ? [] : [inCountry(directory, query.country)]),
  ];
  return directory.all.filter((entry) => filters.every((passes) => passes(entry)));
}

export const popsRoute: Route = {
  method: 'get',
  path: '/pops',
  operation: {
    operationId: 'pops',
    summary: 'Known points of presence with their places',
    description:
      'The codes that `pops` of a request takes, with city, country and position, and the lists that `regions` and `countries` name. An address for your distribution is not looked for: `warmpath prewarm pops --check` does that.',
    tag: 'service',
    parameters: queryParameters(popsQuery),
    responses: {
      '200': answer('PoPs, and the lists that name them.', named('PopList', popListBody)),
      '400': BAD,
      ...always,
    },
  },
  handle(context, { application }) {
    const { regions, countries } = application.directory;
    const entries = listed(application, readBy(popsQuery, context.req.query()));
    return jsonAnswer(context, { pops: entries.map(popLine), regions, countries });
  },
};
