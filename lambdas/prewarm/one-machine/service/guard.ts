import type { Context, MiddlewareHandler } from 'hono';
import { failureBody, GATEWAY_MESSAGES } from '../../api/failure';
import { jsonAnswer } from '../../api/json-answer';
import { isSameKey } from './api-key';
import { PAGE_PATHS } from './page';
import type { ReportLinks } from './report-links';

export interface GuardOptions {
  /**
   * Asked for as `x-api-key`.
   * @default - no key: whoever reaches the port may call
   */
  readonly apiKey?: string;
  /**
   * True refuses requests that name another host than loopback, which is how a web page would get past the browser's
   * same-origin rule (DNS rebinding).
   */
  readonly loopbackOnly: boolean;
  /** @default - no link stands in for the key */
  readonly links?: ReportLinks;
}

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** What tells nothing of any request: whoever opens the address is told where to begin. */
const KEYLESS_PATHS = new Set([...PAGE_PATHS, '/health', '/openapi.json']);

function hostName(host: string | undefined): string | undefined {
  return host?.toLowerCase().replace(/:\d+$/, '');
}

/** Returns true for what a page of another site makes a browser send. */
function isFromOtherSite(context: Context): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = context.req.header('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== context.req.header('host');
}

/** True for who opens the page itself, by whatever link: it has nothing of any request in it, and runs in no frame. */
function isVisitOfPage({ req }: Context): boolean {
  return req.method === 'GET' && req.path === '/' && req.header('sec-fetch-mode') === 'navigate';
}

function isSignedReport(context: Context, links: ReportLinks | undefined): boolean {
  if (links === undefined) return false;
  return context.req.method === 'GET' && context.req.path === '/report' && links.isValid(context.req.query());
}

/** Who may call; stands in for the gateway in front of the API function. */
export function guard(options: GuardOptions): MiddlewareHandler {
  const { apiKey, loopbackOnly, links } = options;
  function mayPass(context: Context): boolean {
    if (loopbackOnly && !LOOPBACK_NAMES.has(hostName(context.req.header('host')) ?? '')) return false;
    // A link in a mail or a chat comes from another site by nature; its signature is what counts.
    if (isSignedReport(context, links)) return true;
    if (isFromOtherSite(context) && !isVisitOfPage(context)) return false;
    if (apiKey === undefined || KEYLESS_PATHS.has(context.req.path)) return true;
    return isSameKey(context.req.header('x-api-key'), apiKey);
  }
  return async (context, next) => {
    if (!mayPass(context))
      return jsonAnswer(context, failureBody(Date.now(), GATEWAY_MESSAGES.wrongKey), 403);
    await next();
    return undefined;
  };
}
