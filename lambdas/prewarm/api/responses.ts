import type * as z from 'zod';
import type { Estimate } from '../engine/estimate/estimate';
import { PRICES_AS_OF } from '../engine/estimate/prices';
import type { RequestRecord } from '../engine/model/request';
import type { FinalStatus } from '../engine/model/request-status';
import { timestamp } from '../engine/model/timestamp';
import type { PopEntry } from '../engine/ports/pop-directory';
import type { TaskQueue } from '../engine/ports/task-queue';
import { overviewJson } from '../engine/report/report-json';
import type { RequestReport } from '../engine/report/request-report';
import type { InvalidUrls } from '../engine/request/invalid-request';
import { MESSAGES, notListed } from './failure';
import type { FirstLines } from './first-lines';
import type * as schemas from './response-schemas';

type Body<S extends z.ZodType> = z.output<S>;

/** Bodies of the compatible API: names and order of keys as its clients know them. */
export function accepted(record: RequestRecord): Body<typeof schemas.acceptedBody> {
  return {
    status: 'Success',
    error_message: '',
    error_urls: [],
    request_id: record.id,
    timestamp: timestamp(record.createdAt),
    timeout_at: timestamp(record.timeoutAt),
  };
}

/** No request exists, hence no id and no deadline; the keys stay. */
export function invalidUrls(
  { urls, unlistedCount }: InvalidUrls,
  now: number,
): Body<typeof schemas.invalidUrlsBody> {
  return {
    status: 'Failed',
    error_message:
      unlistedCount === 0 ? MESSAGES.invalidUrls : `${MESSAGES.invalidUrls}; ${notListed(unlistedCount)}`,
    error_urls: urls.map(({ url }) => url),
    request_id: '',
    timestamp: timestamp(now),
    timeout_at: '',
  };
}

/** Percent of the fetches that are done, rounded down: 100 means all of them. 0 while the total is not known. */
function percentageComplete({ progress, totals }: RequestRecord): number {
  return totals === undefined || totals.fetchCount === 0
    ? 0
    : Math.min(100, Math.floor((progress.fetches / totals.fetchCount) * 100));
}

export function progress(
  record: RequestRecord,
  depth: Awaited<ReturnType<TaskQueue['depth']>>,
  now: number,
): Body<typeof schemas.progressBody> {
  return {
    request_id: record.id,
    download_size: record.progress.bytes,
    total_size: record.urlBytes * record.spec.encodings.length * (record.totals?.popCount ?? 0),
    percentage_complete: percentageComplete(record),
    available_task_count: depth.available,
    in_progress_task_count: depth.inFlight,
    download_count: record.progress.fetches,
    total_count: record.totals?.fetchCount ?? 0,
    created_at: timestamp(record.createdAt),
    last_update_time: timestamp(record.updatedAt),
    timestamp: timestamp(now),
    status: record.status,
  };
}

export interface SummaryParts {
  readonly record: RequestRecord;
  readonly status: FinalStatus;
  readonly failurePops: readonly string[];
  readonly failureUrls: FirstLines;
  readonly reportLink: string;
}

export function summary(parts: SummaryParts, now: number): Body<typeof schemas.summaryBody> {
  return {
    request_id: parts.record.id,
    failure_pops: [...parts.failurePops],
    failure_urls: [...parts.failureUrls.lines],
    failure_pop_urls_report: parts.reportLink,
    timestamp: timestamp(now),
    created_at: timestamp(parts.record.createdAt),
    last_update_time: timestamp(parts.record.updatedAt),
    status: parts.status,
    ...(parts.failureUrls.isWhole
      ? {}
      : {
          message: `failure_urls: ${notListed(parts.record.failedUrlCount - parts.failureUrls.lines.length)}`,
        }),
  };
}

export function success(message: string, now: number): Body<typeof schemas.successBody> {
  return {
    status: 'success',
    timestamp: timestamp(now),
    message,
  };
}

export function capacity(instances: number, now: number): Body<typeof schemas.capacityBody> {
  return {
    ...success(MESSAGES.capacityRead, now),
    desiredcapacity: instances,
  };
}

export function requestDetails(report: RequestReport): Body<typeof schemas.requestBody> {
  return overviewJson(report);
}

export function requestLine(report: RequestReport): Body<typeof schemas.requestLine> {
  const { pops: _, ...line } = overviewJson(report);
  return line;
}

export function popLine(entry: PopEntry): Body<typeof schemas.popListBody>['pops'][number] {
  return {
    pop: entry.code,
    city: entry.city,
    country: entry.country,
    country_name: entry.countryName,
    continent: entry.continent,
    latitude: entry.latitude,
    longitude: entry.longitude,
    partition: entry.partition,
  };
}

function roundedDollars(dollars: number): number {
  return Math.round(dollars * 10_000) / 10_000;
}

export function estimated(estimate: Estimate): Body<typeof schemas.estimateBody> {
  return {
    urls: estimate.urls,
    pops: estimate.pops,
    requests: estimate.requests,
    bytes: estimate.bytes,
    minutes: Math.round(estimate.minutes * 100) / 100,
    cost_usd: {
      cloudfront_transfer: roundedDollars(estimate.cost.cloudFrontTransfer),
      cloudfront_requests: roundedDollars(estimate.cost.cloudFrontRequests),
      invalidation: roundedDollars(estimate.cost.invalidation),
      instances: roundedDollars(estimate.cost.instances),
      queue_and_tables: roundedDollars(estimate.cost.queueAndTables),
      total: roundedDollars(estimate.cost.total),
    },
    prices_as_of: PRICES_AS_OF,
    assumptions: [...estimate.assumptions],
  };
}
