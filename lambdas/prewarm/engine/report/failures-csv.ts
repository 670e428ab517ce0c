import { acceptEncoding } from '../model/accept-encoding';
import { nothingLeft } from '../model/exhaustive';
import { ENCODINGS } from '../model/request';
import type { FetchFailure } from '../model/slice';
import { csvCell } from '../model/visible-text';
import { adviceOn } from './advice';
import { describeOutcome } from './describe-outcome';

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Returns a command that repeats the fetch through the same PoP, without the request's own headers: their values may be secret.
 */
export function curlCommand(failure: FetchFailure, distributionDomain: string): string {
  const label = distributionDomain.split('.')[0] ?? distributionDomain;
  const scheme = failure.url.startsWith('http:') ? 'http' : 'https';
  const encoding = ENCODINGS.find((known) => known === failure.encoding);
  const value = encoding && acceptEncoding(encoding, scheme);
  const header = value === undefined ? '' : ` -H ${shellQuoted(`accept-encoding: ${value}`)}`;
  return `curl -g -sS -D - -o /dev/null --connect-to ::${label}.${failure.pop}.cloudfront.net:${header} ${shellQuoted(failure.url)}`;
}

/** The first four columns are those of the reports clients already read; the others follow. */
const COLUMNS = [
  'pop',
  'url',
  'errorMsg',
  'command',
  'encoding',
  'outcome',
  'httpStatus',
  'attempts',
  'advice',
] as const;

type Cells = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

function cellsOf(failure: FetchFailure, distributionDomain: string): Cells {
  const { pop, url, encoding, outcome, attempts, ...rest } = failure;
  nothingLeft(rest);
  return {
    pop,
    url,
    errorMsg: describeOutcome(outcome),
    command: curlCommand(failure, distributionDomain),
    encoding,
    outcome: outcome.kind,
    httpStatus: 'status' in outcome ? outcome.status : '',
    attempts,
    advice: adviceOn(outcome),
  };
}

/** Yields the failures of a request as CSV with a header line and CRLF line ends; the header stands alone when none failed. */
export async function* failuresCsv(
  failures: AsyncIterable<FetchFailure> | Iterable<FetchFailure>,
  distributionDomain: string,
): AsyncIterable<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  for await (const failure of failures) {
    const cells = cellsOf(failure, distributionDomain);
    yield `${COLUMNS.map((column) => csvCell(cells[column])).join(',')}\r\n`;
  }
}
