import { setTimeout as wait } from 'node:timers/promises';
import { WarmpathError } from '../../../lambdas/errors/warmpath-error';
import { BadInput } from '../bad-input';
import { fetchFailure } from '../proxy/fetch-failure';

/** HCP Terraform did not answer as it should. The message holds no token and no link. */
export class HcpError extends WarmpathError {
  override readonly name = 'HcpError';

  constructor(
    message: string,
    readonly status: number,
  ) {
    super('HCP_FAILED', message);
  }
}

export interface HcpClientOptions {
  /** `https://` and the host; plain HTTP for a server on this machine only. */
  readonly origin: string;
  readonly token: string;
  /** Waits between attempts. @default timers of the runtime */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

const MEDIA_TYPE = 'application/vnd.api+json';
const MAX_ATTEMPTS = 6;
const MAX_WAIT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 60_000;
const PAGE_SIZE = 100;

export interface HcpResponse {
  readonly status: number;
  readonly body: Buffer;
  /** Where the document lies: the link itself lets anyone read it. */
  readonly location?: string;
  /** How often it was asked for: an answer to a repeated request may speak of what the first one did. */
  readonly attempts?: number;
}

/** Of a request whose effect was found instead. */
const NO_ANSWER: HcpResponse = { status: 204, body: Buffer.alloc(0) };

/** The API of HCP Terraform and Terraform Enterprise, with its limits and its errors. */
export class HcpClient {
  private readonly pause: (milliseconds: number) => Promise<unknown>;
  private lastFailure = '';

  constructor(private readonly options: HcpClientOptions) {
    this.pause = options.pause ?? wait;
  }

  /** Sends a request, again after 429 and 5xx; returns whatever other answer comes. `path` begins behind `/api/v2`. */
  async request(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<HcpResponse> {
    return this.attempt(`${this.options.origin}/api/v2${path}`, this.init(method, body));
  }

  private init(method: 'GET' | 'POST' | 'PATCH', body: object | undefined): RequestInit {
    return {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${this.options.token}`, 'content-type': MEDIA_TYPE },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
  }

  /**
   * Returns the parsed answer of a request that has to succeed.
   *
   * @throws BadInput for 401; HcpError for any other status that is no success
   */
  async json(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<unknown> {
    return this.parsed(await this.request(method, path, body), path);
  }

  /**
   * Makes what must not be there twice. Where an answer is lost, `find` looks for what the request may have made before it is sent
   * again. Returns the parsed answer, or what was found.
   */
  async create(path: string, body: object, find: () => Promise<unknown>): Promise<unknown> {
    let found: unknown;
    const response = await this.attempt(
      `${this.options.origin}/api/v2${path}`,
      this.init('POST', body),
      async () => {
        found = await find();
        return found !== undefined;
      },
    );
    return found ?? this.parsed(response, path);
  }

  private parsed(response: HcpResponse, path: string): unknown {
    this.checkStatus(response, path);
    try {
      return JSON.parse(response.body.toString('utf8'));
    } catch {
      throw new HcpError(
        `${this.options.origin}: answered ${pathOnly(path)} with what is no JSON`,
        response.status,
      );
    }
  }

  /** Sends what only has to succeed: the answer may be empty. */
  async post(path: string, body: object): Promise<void> {
    const response = await this.request('POST', path, body);
    // The first of several did it, and its answer was lost: the state does not allow it once more.
    if (response.status === 409 && (response.attempts ?? 1) > 1) return;
    this.checkStatus(response, path);
  }

  /** Returns every element of a list, page by page; of a list with the newest first, `maxPages` may do. */
  async list(path: string, maxPages = Number.POSITIVE_INFINITY): Promise<readonly unknown[]> {
    const found: unknown[] = [];
    for (let page: number | undefined = 1; page !== undefined && page <= maxPages; ) {
      const separator = path.includes('?') ? '&' : '?';
      const answer = (await this.json(
        'GET',
        `${path}${separator}page%5Bnumber%5D=${page}&page%5Bsize%5D=${PAGE_SIZE}`,
      )) as { data?: unknown; meta?: { pagination?: { 'next-page'?: unknown } } };
      if (Array.isArray(answer.data)) found.push(...answer.data);
      const next = answer.meta?.pagination?.['next-page'];
      page = typeof next === 'number' && next > page ? next : undefined;
    }
    return found;
  }

  /** Fetches a link that an answer named. It gets no token: the link alone lets read, and may lead to another host. */
  async follow(link: string): Promise<HcpResponse> {
    return this.attempt(this.safeLink(link), { method: 'GET', redirect: 'error', headers: {} });
  }

  /**
   * Sends a file to a link that an answer named. It gets no token: whoever has the link may write.
   *
   * @throws HcpError where it is not taken
   */
  async upload(link: string, body: Buffer): Promise<void> {
    const { status } = await this.attempt(this.safeLink(link), {
      method: 'PUT',
      redirect: 'error',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(body),
    });
    if (status < 200 || status >= 300)
      throw new HcpError(`${this.options.origin}: does not take the upload, status ${status}`, status);
  }

  checkStatus({ status, body }: HcpResponse, path: string): void {
    if (status >= 200 && status < 300) return;
    const { origin } = this.options;
    if (status === 401)
      throw new BadInput(
        `${origin}: refuses the token; run terraform login anew, or set TF_TOKEN_… to one that is valid`,
      );
    const detail = detailOf(body);
    if (status === 404)
      throw new HcpError(
        `${origin}: ${pathOnly(path)} is not there, or the token may not see it${detail}`,
        status,
      );
    if (status === 409)
      throw new HcpError(
        `${origin}: ${pathOnly(path)} is in a state that does not allow it${detail}`,
        status,
      );
    throw new HcpError(`${origin}: answered ${pathOnly(path)} with ${status}${detail}`, status);
  }

  private safeLink(link: string): string {
    const url = new URL(link, this.options.origin);
    const isSafe = url.protocol === 'https:' || url.origin === new URL(this.options.origin).origin;
    if (!isSafe) throw new HcpError(`${this.options.origin}: led to a link that is not https`, 307);
    return url.href;
  }

  /** @param isMade - asked before a request is sent again whose answer was lost; true ends the attempts */
  private async attempt(
    url: string,
    init: RequestInit,
    isMade?: () => Promise<boolean>,
  ): Promise<HcpResponse> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.send(url, init);
      const isLast = attempt >= MAX_ATTEMPTS;
      if (response === undefined) {
        if (isLast)
          throw new HcpError(
            `${new URL(url).origin}: cannot be reached (${this.lastFailure}); check the host and the network`,
            0,
          );
      } else if (isLast || (response.status !== 429 && response.status < 500))
        return { ...response, attempts: attempt };
      await this.pause(response?.retryAfterMs ?? Math.min(MAX_WAIT_MS, 500 * 2 ** attempt));
      const isLost = response === undefined || response.status >= 500;
      if (isLost && isMade !== undefined && (await isMade())) return NO_ANSWER;
    }
  }

  private async send(
    url: string,
    init: RequestInit,
  ): Promise<(HcpResponse & { retryAfterMs?: number }) | undefined> {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
      const location = response.headers.get('location');
      const resetSeconds = Number(response.headers.get('x-ratelimit-reset') ?? Number.NaN);
      return {
        status: response.status,
        body: Buffer.from(await response.arrayBuffer()),
        ...(location !== null && { location }),
        // A fraction of a second; there is no Retry-After.
        ...(response.status === 429 &&
          resetSeconds >= 0 && { retryAfterMs: Math.min(MAX_WAIT_MS, Math.ceil(resetSeconds * 1000) + 50) }),
      };
    } catch (error) {
      this.lastFailure = fetchFailure(error);
      return undefined;
    }
  }
}

function pathOnly(path: string): string {
  return path.split('?')[0] ?? path;
}

function detailOf(body: Buffer): string {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as {
      errors?: { title?: unknown; detail?: unknown }[];
    };
    const [first] = errors ?? [];
    const text = String(first?.detail ?? first?.title ?? '');
    return text === '' ? '' : `: ${text.slice(0, 200)}`;
  } catch {
    return '';
  }
}
