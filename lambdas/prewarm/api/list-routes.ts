import { Hono } from 'hono';
import type { PopCode } from '../engine/model/ids';
import type { RequestRecord } from '../engine/model/request';
import { isFinal } from '../engine/model/request-status';
import type { PopDirectory, PopEntry } from '../engine/ports/pop-directory';
import { reportOf } from '../engine/report/request-report';
import { didYouMean } from '../engine/request/nearest';
import { countryNames, popsOfCountry, popsOfRegion, regionNames } from '../engine/request/place-names';
import type { PrewarmApplication } from './application';
import { ApiFailure } from './failure';
import { readBy } from './query';
import { findRequest } from './request-lookup';
import { listQuery, popsQuery } from './request-schemas';
import * as responses from './responses';

function unknownName(field: string, name: string, known: readonly string[]): ApiFailure {
  return new ApiFailure(
    'BAD_INPUT',
    [`${field}: got ${JSON.stringify(name)}; allowed: ${known.join(', ')}`, didYouMean(name, known)]
      .filter((part) => part !== undefined)
      .join('; '),
  );
}

/** The same names as `regions` of a request. */
function inRegion(directory: PopDirectory, region: string): (entry: PopEntry) => boolean {
  const codes = popsOfRegion(region, directory);
  if (codes === undefined) throw unknownName('region', region, regionNames(directory));
  const wanted = new Set(codes);
  return ({ code }) => wanted.has(code);
}

/** The same names as `countries` of a request. */
function inCountry(directory: PopDirectory, country: string): (entry: PopEntry) => boolean {
  const codes = popsOfCountry(country, directory);
  if (codes === undefined) throw unknownName('country', country, countryNames(directory));
  const wanted = new Set(codes);
  return ({ code }) => wanted.has(code);
}

const WAITING = 'waiting for capacity: the fleet has 0 instances; POST /instances sets its size';

/** Says of requests that have not ended when nobody is there to warm them. */
async function sayingWhatTheyWaitFor(
  application: PrewarmApplication,
  records: readonly RequestRecord[],
): Promise<readonly RequestRecord[]> {
  if (records.every(({ status }) => isFinal(status)) || !(await application.waitsForCapacity()))
    return records;
  return records.map((record) =>
    isFinal(record.status)
      ? record
      : { ...record, message: record.message === undefined ? WAITING : `${record.message}; ${WAITING}` },
  );
}

/** `/requests` and `/pops`. */
export function listRoutes(application: PrewarmApplication): Hono {
  const routes = new Hono();
  const { directory } = application;
  function findPlace(code: PopCode): PopEntry | undefined {
    return directory.find(code);
  }

  routes.get('/requests', async (context) => {
    const { limit, after } = readBy(listQuery, context.req.query());
    const page = await application.list({ limit, ...(after !== undefined && { after }) });
    const items = await sayingWhatTheyWaitFor(application, page.items);
    return context.json({
      requests: items.map((record) => responses.requestLine(reportOf(record, [], findPlace))),
      next: page.next ?? null,
    });
  });

  routes.get('/requests/:id', async (context) => {
    const record = await findRequest(application, context.req.param('id'));
    const pops = await application.pops(record.id);
    const [shown = record] = await sayingWhatTheyWaitFor(application, [record]);
    return context.json(responses.requestDetails(reportOf(shown, pops, findPlace)));
  });

  routes.get('/pops', (context) => {
    const { region, country } = readBy(popsQuery, context.req.query());
    const filters = [
      ...(region === undefined ? [] : [inRegion(directory, region)]),
      ...(country === undefined ? [] : [inCountry(directory, country)]),
    ];
    return context.json({
      pops: directory.all.filter((entry) => filters.every((passes) => passes(entry))).map(responses.popLine),
      regions: directory.regions,
      countries: directory.countries,
    });
  });

  return routes;
}
