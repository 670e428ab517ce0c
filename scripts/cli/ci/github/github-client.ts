import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import { BadInput } from '../../bad-input';
import { fetchFailure } from '../../proxy/fetch-failure';

/** GitHub refused a request, or did not answer. The message holds no token. */
export class GithubError extends WarmpathError {
  override readonly name = 'GithubError';

  constructor(
    message: string,
    readonly status: number,
  ) {
    super('GITHUB_FAILED', message);
  }
}

export interface GithubClientOptions {
  /** `https://api.github.com`, or the API of an Enterprise Server. */
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Waits between attempts. @default timers of the runtime */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
  /** The clock that `x-ratelimit-reset` is compared with, milliseconds since 1970. @default the system's */
  readonly now?: () => number;
}

const MAX_ATTEMPTS = 6;
/** Of one client, all in all: the jobs that comment end after ten minutes, and a limit an hour may reset later than that. */
const MAX_WAIT_MS = 8 * 60_000;
/** Longer waits are told. */
const LONG_WAIT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const PER_PAGE = 100;
const MAX_PAGES = 50;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Of a request whose effect was found instead. */
const FOUND: Answer = { status: 204, headers: new Headers(), text: '' };

const viewerAnswer = z.object({ viewer: z.object({ login: z.string() }) });
const graphqlData = z.object({ data: z.unknown() });
const graphqlErrors = z.object({
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })),
});
const refusal = z.object({
  message: z.string(),
  errors: z.array(z.union([z.string(), z.object({ message: z.string().optional() })])).optional(),
});

/**
 * The parts of GitHub's API that the commands need, with both of its rate limits.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export class GithubClient {
  private readonly pause: (milliseconds: number) => Promise<unknown>;
  private readonly now: () => number;
  private waitedMs = 0;
  private lastFailure = '';

  constructor(private readonly options: GithubClientOptions) {
    this.pause = options.pause ?? wait;
    this.now = options.now ?? Date.now;
  }

  /** Sends a request below the repository, such as `/issues/7/comments`, and returns its answer. */
  async request(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const { apiUrl, repository } = this.options;
    return parse(await this.send(method, `${apiUrl}/repos/${repository}${path}`, body));
  }

  /**
   * Makes what must not be there twice. Where an answer is lost, `find` looks for what the request may have made before it is
   * sent again.
   */
  async create(path: string, body: object, find: () => Promise<unknown>): Promise<void> {
    const { apiUrl, repository } = this.options;
    await this.send('POST', `${apiUrl}/repos/${repository}${path}`, body, async () => {
      return (await find()) !== undefined;
    });
  }

  /** Returns every element of a list, page by page; of a list with the newest first, `maxPages` may do. */
  async list(path: string, maxPages = MAX_PAGES): Promise<readonly unknown[]> {
    const { apiUrl, repository } = this.options;
    const separator = path.includes('?') ? '&' : '?';
    const found: unknown[] = [];
    for (let page = 1; page <= maxPages; page += 1) {
      const url = `${apiUrl}/repos/${repository}${path}${separator}per_page=${PER_PAGE}&page=${page}`;
      const items = parse(await this.send('GET', url));
      if (!Array.isArray(items)) throw new GithubError(`GitHub answered ${path} with what is no list`, 200);
      found.push(...items);
      if (items.length < PER_PAGE) break;
    }
    return found;
  }

  /** Returns the `data` of a GraphQL request. */
  async graphql(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const { text, status } = await this.send('POST', this.options.graphqlUrl, { query, variables });
    const answer = parse({ text, status });
    const error = graphqlError(text);
    if (error !== undefined)
      throw new GithubError(`GitHub refused a GraphQL request: ${error.slice(0, 200)}`, 200);
    return graphqlData.parse(answer).data;
  }

  /** Returns the account that this token speaks for, such as `github-actions[bot]`. */
  async viewer(): Promise<string> {
    return viewerAnswer.parse(await this.graphql('{ viewer { login } }')).viewer.login;
  }

  /** @param isMade - asked before a request is sent again whose answer was lost; true ends the attempts */
  private async send(
    method: string,
    url: string,
    body?: object,
    isMade?: () => Promise<boolean>,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.attempt(method, url, body);
      const isGraphql = url === this.options.graphqlUrl;
      if (answer !== undefined && answer.status < 300 && !(isGraphql && isLimited(answer))) return answer;
      const waitMs = answer === undefined ? backoff(attempt) : this.waitMs(answer, attempt);
      if (attempt >= MAX_ATTEMPTS || waitMs === undefined) throw this.failure(method, url, answer);
      await this.wait(waitMs);
      const isLost = answer === undefined || answer.status >= 500;
      if (isLost && isMade !== undefined && (await isMade())) return FOUND;
    }
  }

  /** @throws GithubError where that would be longer than a job may take */
  private async wait(waitMs: number): Promise<void> {
    const until = new Date(this.now() + waitMs).toISOString().slice(11, 19);
    if (this.waitedMs + waitMs > MAX_WAIT_MS)
      throw new GithubError(
        `GitHub's limit of requests is reached until ${until} UTC; run the job again then`,
        429,
      );
    this.waitedMs += waitMs;
    if (waitMs >= LONG_WAIT_MS)
      process.stderr.write(`warmpath: GitHub takes no more requests now; waiting until ${until} UTC\n`);
    await this.pause(waitMs);
  }

  private async attempt(method: string, url: string, body?: object): Promise<Answer | undefined> {
    try {
      const response = await fetch(url, {
        method,
        // A repository of another name answers with a redirect: the request is not carried there, and the token neither.
        redirect: 'manual',
        headers: {
          authorization: `Bearer ${this.options.token}`,
          accept: 'application/vnd.github+json',
          'x-github-api-version': '2022-11-28',
          'user-agent': 'warmpath',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      this.lastFailure = fetchFailure(error);
      return undefined;
    }
  }

  /** How long to wait before the next attempt; undefined where another attempt would get the same answer. */
  private waitMs({ status, headers, text }: Answer, attempt: number): number | undefined {
    if (status >= 500) return backoff(attempt);
    if (status !== 200 && status !== 403 && status !== 429) return undefined;
    const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
    if (retryAfter >= 0) return retryAfter * 1_000;
    if (headers.get('x-ratelimit-remaining') === '0') {
      const resetMs = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1_000;
      return resetMs > 0 ? Math.max(1_000, resetMs - this.now()) : backoffOfAMinute(attempt);
    }
    const isLimit = status !== 403 || /rate limit/i.test(text);
    return isLimit ? backoffOfAMinute(attempt) : undefined;
  }

  private failure(method: string, url: string, answer: Answer | undefined): Error {
    const what = `${method} ${new URL(url).pathname}`;
    if (answer === undefined)
      return new GithubError(`${what}: GitHub cannot be reached (${this.lastFailure}); try again later`, 0);
    if (answer.status === 401)
      return new BadInput(`${what}: GitHub refuses the token; set GITHUB_TOKEN to one that is valid`);
    return new GithubError(
      `${what}: GitHub answered ${answer.status}${detailOf(answer)}${HINTS[answer.status] ?? ''}`,
      answer.status,
    );
  }
}

const HINTS: Readonly<Record<number, string>> = {
  301: '; the repository has another name now: set GITHUB_REPOSITORY to it',
  403: '; the token may not do this: the token of a pull request from a fork reads only, others need the permission in the workflow',
  404: '; it is not there, or the token may not see it',
};

/** Returns what GitHub says of an error, such as `: Validation Failed (body is too long)`. */
function detailOf({ text }: Answer): string {
  try {
    const { message, errors } = refusal.parse(JSON.parse(text));
    const [first] = errors ?? [];
    const further = typeof first === 'string' ? first : first?.message;
    return `: ${message.slice(0, 200)}${further === undefined ? '' : ` (${further.slice(0, 200)})`}`;
  } catch {
    return '';
  }
}

/** GraphQL tells its limits with 200 and an error in the body. */
function isLimited({ text }: Answer): boolean {
  return /"errors"/.test(text) && /rate limit|RATE_LIMIT/i.test(graphqlError(text) ?? '');
}

/** Returns type and message of the first error of a GraphQL answer; undefined where it has none. */
function graphqlError(text: string): string | undefined {
  const parsed = graphqlErrors.safeParse(JSON.parse(text));
  const [first] = parsed.data?.errors ?? [];
  return first && `${first.type ?? ''} ${first.message}`.trim();
}

function backoff(attempt: number): number {
  return 500 * 2 ** attempt;
}

function backoffOfAMinute(attempt: number): number {
  return 60_000 * 2 ** (attempt - 1);
}

function parse({ text, status }: Pick<Answer, 'text' | 'status'>): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new GithubError('GitHub answered with what is no JSON', status);
  }
}
