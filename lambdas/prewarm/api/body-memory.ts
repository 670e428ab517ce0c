import { ApiFailure } from './failure';

/** Bytes of bodies that are being received, over all requests. */
const MAX_RECEIVED_BYTES = 256 * 1024 * 1024;
/** Large bodies that wait for their turn. */
const MAX_WAITING = 16;

function busy(): ApiFailure {
  return new ApiFailure(
    'BUSY',
    'Too many large bodies at a time. Send it again later, or upload the list: POST /lists.',
  );
}

/**
 * Bounds what the bodies of all requests take together: bytes as they are received, and one large body at a time from its
 * unpacking to the end of its request. A claim ends with `release`.
 */
export class BodyMemory {
  private received = 0;
  private readonly claims = new WeakMap<Request, { bytes: number; leave?: () => void }>();
  private busyWith: Request | undefined;
  private readonly waiting: { readonly request: Request; readonly begin: () => void }[] = [];

  /** Counts bytes as received. @throws ApiFailure 503 where the bodies of other requests use the whole allowance */
  receive(request: Request, bytes: number): void {
    if (this.received + bytes > MAX_RECEIVED_BYTES) throw busy();
    this.received += bytes;
    this.claimOf(request).bytes += bytes;
  }

  /**
   * Resolves when it is this request's turn to have a large body.
   * @throws ApiFailure 503 where many wait already
   */
  async takeTurn(request: Request): Promise<void> {
    if (this.busyWith === request) return;
    if (this.waiting.length >= MAX_WAITING) throw busy();
    if (this.busyWith === undefined) this.busyWith = request;
    else await new Promise<void>((begin) => this.waiting.push({ request, begin }));
    this.claimOf(request).leave = () => {
      const next = this.waiting.shift();
      this.busyWith = next?.request;
      next?.begin();
    };
  }

  release(request: Request): void {
    const claim = this.claims.get(request);
    if (claim === undefined) return;
    this.claims.delete(request);
    this.received -= claim.bytes;
    claim.leave?.();
  }

  private claimOf(request: Request): { bytes: number; leave?: () => void } {
    const known = this.claims.get(request);
    if (known) return known;
    const claim = { bytes: 0 };
    this.claims.set(request, claim);
    return claim;
  }
}
