import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { Agent, request } from 'undici';
import { type AddressPolicy, guardAddresses } from '../domain/address-guard';
import type { Clock, Log, Notifier, RequestEnded } from '../ports';

export interface WebhookOptions {
  readonly addressPolicy: AddressPolicy;
  readonly clock: Clock;
  readonly log: Log;
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca?: string | undefined;
  /** Ends the waiting between attempts. */
  readonly signal?: AbortSignal;
}

const ATTEMPTS = 3;
const BACKOFF_MS = 1_000;
const TIMEOUT_MS = 5_000;

const bodyOf = ({ id, status, fetches, warm, failed, bytes }: RequestEnded): string =>
  JSON.stringify({ request_id: id, status, fetches, warm, failed, bytes });

/** `node:dns` lookup that answers only addresses that may be contacted. */
const guardedLookup =
  (policy: AddressPolicy): LookupFunction =>
  (hostname, options, answer) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return answer(error, '', 0);
      const { allowed, refused } = guardAddresses(
        found.map(({ address }) => address),
        policy,
      );
      const kept = found.filter(({ address }) => allowed.includes(address));
      const [first] = kept;
      if (first === undefined)
        return answer(new Error(`${hostname} is not contacted: ${refused.join(', ')}`), '', 0);
      return options.all ? answer(null, kept) : answer(null, first.address, first.family);
    });
  };

const literalAddress = (url: URL): string | undefined => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) > 0 ? host : undefined;
};

/** Posts the end of a request to its `notify` URL, as JSON. Redirects are not followed. */
export class WebhookNotifier implements Notifier {
  private readonly agent: Agent;

  constructor(private readonly options: WebhookOptions) {
    this.agent = new Agent({
      connect: {
        lookup: guardedLookup(options.addressPolicy),
        timeout: TIMEOUT_MS,
        ...(options.ca !== undefined && { ca: [...rootCertificates, options.ca] }),
      },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
  }

  async ended(event: RequestEnded): Promise<void> {
    if (event.notifyUrl === undefined) return;
    const { clock, log, signal } = this.options;
    let problem = '';
    for (let attempt = 0; attempt < ATTEMPTS && !signal?.aborted; attempt += 1) {
      if (attempt > 0) await clock.sleep(BACKOFF_MS * 2 ** (attempt - 1) * (0.5 + clock.random()), signal);
      const result = await this.post(event.notifyUrl, bodyOf(event));
      if (result.kind === 'taken') return;
      problem = result.message;
      if (result.kind === 'refused') break;
    }
    log.warn('notification-failed', { requestId: event.id, problem });
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async post(
    notifyUrl: string,
    body: string,
  ): Promise<{ readonly kind: 'taken' | 'refused' | 'failed'; readonly message: string }> {
    try {
      const url = new URL(notifyUrl);
      const literal = literalAddress(url);
      const { refused } = guardAddresses(literal === undefined ? [] : [literal], this.options.addressPolicy);
      if (refused.length > 0) return { kind: 'refused', message: `not contacted: ${refused.join(', ')}` };
      const { statusCode, body: answer } = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'Warmpath (CloudFront prewarm)' },
        body,
        dispatcher: this.agent,
      });
      await answer.dump();
      if (statusCode >= 200 && statusCode < 300) return { kind: 'taken', message: '' };
      const mayHeal = statusCode >= 500 || statusCode === 429 || statusCode === 408;
      return { kind: mayHeal ? 'failed' : 'refused', message: `answered ${statusCode}` };
    } catch (error) {
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }
}
