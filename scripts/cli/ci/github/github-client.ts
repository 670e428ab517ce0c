import { setTimeout as wait } from 'node:timers/promises';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import { BadInput } from '../../bad-input';

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
/** A limit of requests an hour may reset that late. */
const MAX_WAIT_MS = 3_600_000;
const REQUEST_TIMEOUT_MS = 30_000;
const PER_PAGE = 100;
const MAX_PAGES = 50;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * The parts of GitHub's API that the commands need, with both of its rate limits.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export class GithubClient {
  private readonly pause: (milliseconds: number) => Promise<unknown>;
  private readonly now: () => number;

  constructor(private readonly options: GithubClientOptions) {
    this.pause = options.pause ?? wait;
    this.now = options.now ?? Date.now;
  }

  /** Sends a request below the repository, such as `/issues/7/comments`, and returns its answer. */
  async request(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const { apiUrl, repository } = this.options;
    return parse(await this.send(method, `${apiUrl}/repos/${repository}${path}`, body));
  }

  /** Returns every element of a list, page by page. */
  async list(path: string): Promise<readonly unknown[]> {
    const { apiUrl, repository } = this.options;
    const separator = path.includes('?') ? '&' : '?';
    const found: unknown[] = [];
    for (let page = 1; page <= MAX_PAGES; page += 1) {
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
    const answer = parse(await this.send('POST', this.options.graphqlUrl, { query, variables })) as {
      data?: unknown;
      errors?: { message?: unknown }[];
    };
    if (answer.errors && answer.errors.length > 0)
      throw new GithubError(
        `GitHub refused a GraphQL request: ${String(answer.errors[0]?.message).slice(0, 200)}`,
        200,
      );
    return answer.data;
  }

  private async send(method: string, url: string, body?: object): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.attempt(method, url, body);
      if (answer !== undefined && answer.status < 300) return answer;
      const waitMs = answer === undefined ? backoff(attempt) : this.waitMs(answer, attempt);
      if (attempt >= MAX_ATTEMPTS || waitMs === undefined) throw this.failure(method, url, answer);
      await this.pause(waitMs);
    }
  }

  private async attempt(method: string, url: string, body?: object): Promise<Answer | undefined> {
    try {
      const response = await fetch(url, {
        method,
        redirect: 'error',
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
    } catch {
      return undefined;
    }
  }

  /** How long to wait before the next attempt; undefined where another attempt would get the same answer. */
  private waitMs({ status, headers, text }: Answer, attempt: number): number | undefined {
    if (status >= 500) return backoff(attempt);
    if (status !== 403 && status !== 429) return undefined;
    const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
    if (retryAfter >= 0) return Math.min(MAX_WAIT_MS, retryAfter * 1_000);
    if (headers.get('x-ratelimit-remaining') === '0') {
      const resetMs = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1_000;
      return resetMs > 0
        ? Math.min(MAX_WAIT_MS, Math.max(1_000, resetMs - this.now()))
        : backoffOfAMinute(attempt);
    }
    const isSecondary = status === 429 || /secondary rate limit/i.test(text);
    return isSecondary ? backoffOfAMinute(attempt) : undefined;
  }

  private failure(method: string, url: string, answer: Answer | undefined): Error {
    const what = `${method} ${new URL(url).pathname}`;
    if (answer === undefined) return new GithubError(`${what}: GitHub cannot be reached; try again later`, 0);
    if (answer.status === 401)
      return new BadInput(`${what}: GitHub refuses the token; set GITHUB_TOKEN to one that is valid`);
    const hint =
      answer.status === 403
        ? '; the token may not do this: the token of a pull request from a fork reads only, others need the permission in the workflow'
        : '';
    return new GithubError(`${what}: GitHub answered ${answer.status}${hint}`, answer.status);
  }
}

function backoff(attempt: number): number {
  return 500 * 2 ** attempt;
}

function backoffOfAMinute(attempt: number): number {
  return Math.min(MAX_WAIT_MS, 60_000 * 2 ** (attempt - 1));
}

function parse({ text, status }: Answer): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new GithubError('GitHub answered with what is no JSON', status);
  }
}
