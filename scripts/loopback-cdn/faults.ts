/** A fault of an edge. */
export type Fault =
  /** Responds with this status. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Drops the connection: when it is made, before the headers, or in the middle of the body. */
  | { readonly kind: 'reset'; readonly at: 'connect' | 'header' | 'body' }
  /** Falls silent at that point and keeps the connection. */
  | { readonly kind: 'stall'; readonly at: 'connect' | 'header' | 'body' }
  /** Promises the whole body and ends the connection after so many bytes. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** Waits before it responds. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Sends the body in small pieces. */
  | { readonly kind: 'drip'; readonly chunkBytes: number; readonly everyMs: number }
  /** Says that another PoP answered. */
  | { readonly kind: 'pop-header'; readonly pop: string }
  /** Never stores the object, and sends `cacheControl` where given. */
  | { readonly kind: 'uncacheable'; readonly cacheControl?: string }
  /** Sends this Cache-Control and stores the object nevertheless, as a distribution with a minimum TTL does. */
  | { readonly kind: 'cache-control'; readonly value: string }
  /** Sends the body without a content-length. */
  | { readonly kind: 'chunked' }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** Refuses HEAD with 405 and serves GET. */
  | { readonly kind: 'head-refused' }
  /** Responds without CloudFront's headers. */
  | { readonly kind: 'not-cloudfront' };

/** A fault and the requests that it applies to; an absent field matches all. */
export interface FaultRule {
  readonly fault: Fault;
  /** Path without the query, or a pattern of it. Connection faults (`at: 'connect'`) do not look at it. */
  readonly path?: string | RegExp;
  readonly pop?: string;
  readonly address?: string;
  /** Strikes so many times, then never again. @default always */
  readonly times?: number;
}

function isAtConnect({ fault }: FaultRule): boolean {
  return (fault.kind === 'reset' || fault.kind === 'stall') && fault.at === 'connect';
}

/** The active rules; the first that matches applies. */
export class Faults {
  private readonly rules: { readonly rule: FaultRule; left: number }[] = [];

  add(rule: FaultRule): void {
    this.rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.rules.length = 0;
  }

  /** The fault for a new connection, if any. */
  atConnect(pop: string, address: string): Fault | undefined {
    return this.take((rule) => isAtConnect(rule) && this.isHere(rule, pop, address));
  }

  /** The fault for a request, if any. */
  atRequest(pop: string, address: string, method: string, path: string): Fault | undefined {
    return this.take(
      (rule) =>
        !isAtConnect(rule) &&
        this.isHere(rule, pop, address) &&
        (rule.fault.kind !== 'head-refused' || method === 'HEAD') &&
        (rule.path === undefined ||
          (typeof rule.path === 'string' ? rule.path === path : rule.path.test(path))),
    );
  }

  private isHere(rule: FaultRule, pop: string, address: string): boolean {
    return (rule.pop ?? pop) === pop && (rule.address ?? address) === address;
  }

  private take(matches: (rule: FaultRule) => boolean): Fault | undefined {
    const found = this.rules.find(({ rule, left }) => left > 0 && matches(rule));
    if (!found) return undefined;
    found.left -= 1;
    return found.rule.fault;
  }
}
