import type * as z from 'zod';
import type { RequestRecord } from '../engine/model/request';
import { isFinal } from '../engine/model/request-status';
import { timestamp } from '../engine/model/timestamp';
import { visibleText } from '../engine/model/visible-text';
import { overviewJson } from '../engine/report/report-json';
import type { RequestReport } from '../engine/report/request-report';
import type { InvalidUrl, InvalidUrls } from '../engine/request/invalid-request';
import type { PrewarmApplication } from './application';
import type * as bodies from './bodies';
import { MESSAGES, notListed } from './failure';

/** Response bodies that several routes share. */

/** Reasons that one answer tells, and characters of the URL that each is told of. */
const MAX_REASONS = 20;
const MAX_URL_SHOWN = 200;

function reasonsOf(urls: readonly InvalidUrl[]): string[] {
  const first = new Map<string, string>();
  for (const { url, reason } of urls) {
    if (first.has(reason)) continue;
    first.set(reason, `${visibleText(url, MAX_URL_SHOWN)}: ${visibleText(reason)}`);
    if (first.size === MAX_REASONS) break;
  }
  return [...first.values()];
}

/** Returns the body for invalid URLs: no request exists, so its id and deadline are empty texts. */
export function invalidUrls(
  { urls, unlistedCount }: InvalidUrls,
  now: number,
): z.output<typeof bodies.invalidUrlsBody> {
  return {
    status: 'Failed',
    error_message:
      unlistedCount === 0 ? MESSAGES.invalidUrls : `${MESSAGES.invalidUrls}; ${notListed(unlistedCount)}`,
    error_urls: urls.map(({ url }) => url),
    request_id: '',
    timestamp: timestamp(now),
    timeout_at: '',
    error_reasons: reasonsOf(urls),
  };
}

export function success(message: string, now: number): z.output<typeof bodies.successBody> {
  return { status: 'success', timestamp: timestamp(now), message };
}

export function requestLine(report: RequestReport): z.output<typeof bodies.requestLine> {
  const { pops: _, ...line } = overviewJson(report);
  return line;
}

const WAITING = 'waiting for capacity: the fleet has 0 instances; POST /instances sets its size';

/** Returns the records, with a note in the message of each running one while the fleet has no instance. */
export async function withWaitingNote(
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
