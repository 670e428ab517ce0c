import { type LookupAddress, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressPolicy, guardAddresses, withoutBrackets } from '../engine/addresses/address-guard';
import { nothingLeft } from '../engine/model/exhaustive';
import type { Clock } from '../engine/ports/clock';
import type { Log } from '../engine/ports/log';
import type { Notifier, RequestEnded } from '../engine/ports/notifier';
import { trusting } from './trusted-certificates';
import { webhookSignature } from './webhook-signature';

export interface WebhookOptions {
  readonly addressPolicy: AddressPolicy;
  readonly clock: Clock;
  readonly log: Log;
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca?: string | undefined;
  /** Signs each attempt. @default - webhooks are not signed */
  readonly key?: Uint8Array | undefined;
  /** Ends the waiting between attempts. */
  readonly signal?: AbortSignal;
}

const ATTEMPTS = 3;
const BACKOFF_MS = 1_000;
const TIMEOUT_MS = 5_000;

function bodyOf({
  id,
  status,
  fetches,
  warm,
  failed,
  bytes,
  notifyUrl: _address,
  ...rest
}: RequestEnded): string {
  nothingLeft(rest);
  return JSON.stringify({ request_id: id, status, fetches, warm, failed, bytes });
}

/** `node:dns` lookup that returns only addresses that may be contacted. */
function guardedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, options, answer) => {
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
}

function literalAddress(url: URL): string | undefined {
  const host = withoutBrackets(url.hostname);
  return isIP(host) > 0 ? host : undefined;
}

interface Posted {
  readonly kind: 'taken' | 'refused' | 'failed';
  readonly message: string;
}

/** Returns what a response's status means for another attempt. Redirects are not followed. */
function judged(status: number): Posted {
  if (status >= 200 && status < 300) return { kind: 'taken', message: '' };
  const mayHeal = status >= 500 || status === 429 || status === 408;
  return { kind: mayHeal ? 'failed' : 'refused', message: `answered ${status}` };
}

/**
 * Posts the end of a request to its `notify` URL, as JSON. The name is looked up, and its addresses are guarded, at each
 * attempt: a name that was public when the request came in may not be any more.
 */
export class WebhookNotifier implements Notifier {
  private readonly closing = new AbortController();

  constructor(private readonly options: WebhookOptions) {}

  async ended(event: RequestEnded): Promise<void> {
    if (event.notifyUrl === undefined) return;
    const { clock, log, signal } = this.options;
    let problem = '';
    for (let attempt = 0; attempt < ATTEMPTS && !signal?.aborted; attempt += 1) {
      if (attempt > 0) await clock.sleep(BACKOFF_MS * 2 ** (attempt - 1) * (0.5 + clock.random()), signal);
      const result = await this.attempt(event.notifyUrl, event.id, bodyOf(event));
      if (result.kind === 'taken') return;
      problem = result.message;
      if (result.kind === 'refused') break;
    }
    log.warn('notification-failed', { requestId: event.id, problem });
  }

  /** Ends attempts that are underway. */
  async close(): Promise<void> {
    this.closing.abort();
  }

  private async attempt(notifyUrl: string, id: string, body: string): Promise<Posted> {
    const { addressPolicy } = this.options;
    try {
      const url = new URL(notifyUrl);
      const literal = literalAddress(url);
      const { refused } = guardAddresses(literal === undefined ? [] : [literal], addressPolicy);
      if (refused.length > 0) return { kind: 'refused', message: `not contacted: ${refused.join(', ')}` };
      const { key, clock } = this.options;
      // A request ends once: its id is that of the message, by which a receiver knows a repetition.
      const signature = key === undefined ? {} : webhookSignature(key, { id, sentAt: clock.now(), body });
      return judged(await this.post(url, body, signature));
    } catch (error) {
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Returns the status. */
  private post(url: URL, body: string, signature: Readonly<Record<string, string>>): Promise<number> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const options = {
      method: 'POST',
      // A connection of its own: a kept one would go where an earlier look-up led.
      agent: false,
      lookup: guardedLookup(this.options.addressPolicy),
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Warmpath (CloudFront prewarm)',
        ...signature,
      },
      signal: AbortSignal.any([this.closing.signal, timeout]),
    };
    return new Promise((resolve, reject) => {
      const request =
        url.protocol === 'http:'
          ? requestHttp(url, options)
          : requestHttps(url, { ...options, ...trusting(this.options.ca) });
      request.on('error', (error) =>
        reject(timeout.aborted ? new Error(`no answer within ${TIMEOUT_MS} ms`) : error),
      );
      request.on('response', (answer) => {
        resolve(answer.statusCode ?? 0);
        answer.destroy();
      });
      request.end(body);
    });
  }
}
