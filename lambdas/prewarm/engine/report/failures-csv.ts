import type { FetchFailure } from '../model/slice';
import { csvCell } from '../model/visible-text';
import { adviceOn } from './advice';
import { describeOutcome } from './describe-outcome';

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

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const ACCEPT_ENCODING: Readonly<Record<string, string>> = { browser: 'gzip, deflate, br' };

/**
 * A command that repeats the fetch through the same PoP, without the request's own headers: their values may be secret.
 */
export function curlCommand(failure: FetchFailure, distributionDomain: string): string {
  const label = distributionDomain.split('.')[0] ?? distributionDomain;
  const encoding = ACCEPT_ENCODING[failure.encoding] ?? failure.encoding;
  const header = failure.encoding === 'header' ? '' : ` -H ${shellQuoted(`accept-encoding: ${encoding}`)}`;
  return `curl -g -sS -D - -o /dev/null --connect-to ::${label}.${failure.pop}.cloudfront.net:${header} ${shellQuoted(failure.url)}`;
}

/** The failures of a request as CSV with a header line and CRLF line ends; the header stands alone when none failed. */
export async function* failuresCsv(
  failures: AsyncIterable<FetchFailure> | Iterable<FetchFailure>,
  distributionDomain: string,
): AsyncIterable<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  for await (const failure of failures) {
    const { outcome } = failure;
    const cells = [
      failure.pop,
      failure.url,
      describeOutcome(outcome),
      curlCommand(failure, distributionDomain),
      failure.encoding,
      outcome.kind,
      'status' in outcome ? outcome.status : '',
      failure.attempts,
      adviceOn(outcome),
    ];
    yield `${cells.map(csvCell).join(',')}\r\n`;
  }
}
