import {
  type FieldIssue,
  InvalidRequest,
  InvalidUrls,
} from '../../../lambdas/prewarm/engine/request/invalid-request';
import { BadInput } from '../bad-input';
import { FIELD_OPTIONS, renamed } from './option-wording';

/** One message for everything that is wrong, in the caller's words: options where options were used. */
function explain(issues: readonly FieldIssue[], isOption: (field: string) => boolean): string {
  return issues
    .map(({ field, got, allowed, hint }) => {
      const [name = field] = field.split('[', 1);
      const shownName = isOption(name) ? renamed(field, FIELD_OPTIONS) : field;
      const advice = hint === undefined ? '' : `; ${hint}`;
      return `${shownName}: got ${got}; allowed: ${allowed}${advice}`;
    })
    .join('\n          ');
}

const SHOWN_URLS = 10;

function explainUrls({ urls, count }: InvalidUrls): string {
  const more = count - Math.min(SHOWN_URLS, urls.length);
  return [
    `LIST: ${count} of the URLs cannot be warmed; allowed: http and https URLs of the distribution and its aliases`,
    ...urls.slice(0, SHOWN_URLS).map(({ url, reason }) => `  ${url}: ${reason}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

/** Errors of what the caller gave, in the words of the command line; any other error passes as it is. */
export function asBadInput(error: unknown, isOption: (field: string) => boolean = () => false): unknown {
  if (error instanceof InvalidRequest) return new BadInput(explain(error.issues, isOption), { cause: error });
  if (error instanceof InvalidUrls) return new BadInput(explainUrls(error), { cause: error });
  return error;
}
