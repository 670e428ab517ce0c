import {
  type FieldIssue,
  InvalidRequest,
  InvalidUrls,
} from '../../../lambdas/prewarm/engine/request/invalid-request';
import { BadInput } from '../bad-input';

/** Fields of the request body by the option that sets them. */
const FIELD_OPTIONS: Readonly<Record<string, string>> = {
  cf_domain: '--cf-domain',
  aliases: '--alias',
  pops: '--pops',
  countries: '--countries',
  regions: '--regions',
  near: '--near',
  sitemap: '--sitemap',
  playlist: '--playlist',
  encodings: '--encodings',
  header: '--header',
  range: '--range',
  verify: '--verify',
  max_bandwidth_mbps: '--max-bandwidth',
  timeout: '--timeout',
  url_list: 'LIST',
};

/** Advice that was written for callers of the API. */
export function inOptions(advice: string): string {
  return advice
    .replace('GET /pops', '`warmpath prewarm pops`')
    .replace('as cf_domain and this name in aliases', 'with --cf-domain and this name with --alias')
    .replace(/name (it|further hosts) in aliases/, 'name $1 with --alias')
    .replace('in the field range', 'with --range');
}

/** One message for everything that is wrong, in the caller's words: options where options were used. */
function explain(issues: readonly FieldIssue[], isOption: (field: string) => boolean): string {
  return issues
    .map(({ field, got, allowed, hint }) => {
      const name = field.replace(/\[.*$/, '');
      const shownName = isOption(name) ? field.replace(name, FIELD_OPTIONS[name] ?? name) : field;
      const advice = hint === undefined ? '' : `; ${inOptions(hint)}`;
      return `${shownName}: got ${got}; allowed: ${allowed}${advice}`;
    })
    .join('\n          ');
}

const SHOWN_URLS = 10;

function explainUrls({ urls, count }: InvalidUrls): string {
  const more = count - Math.min(SHOWN_URLS, urls.length);
  return [
    `LIST: ${count} of the URLs cannot be warmed; allowed: http and https URLs of the distribution and its aliases`,
    ...urls.slice(0, SHOWN_URLS).map(({ url, reason }) => `  ${url}: ${inOptions(reason)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

/** Errors of what the caller gave, in the words of the command line; any other error passes as it is. */
export function asBadInput(error: unknown, isOption: (field: string) => boolean = () => false): unknown {
  if (error instanceof InvalidRequest) return new BadInput(explain(error.issues, isOption), { cause: error });
  if (error instanceof InvalidUrls) return new BadInput(explainUrls(error), { cause: error });
  return error;
}
