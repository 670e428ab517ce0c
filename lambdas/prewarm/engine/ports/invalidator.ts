import type { RequestId } from '../model/ids';

export type InvalidationOutcome =
  | { readonly kind: 'done'; readonly paths: number }
  /** Still in progress when the bound ran out: warming goes on, with a warning. */
  | { readonly kind: 'pending'; readonly paths: number }
  /** Nothing was invalidated; the request must stop before anything is warmed. */
  | { readonly kind: 'refused'; readonly message: string };

export interface Invalidator {
  /** Invalidates the paths once for this request (the id makes a repeat harmless) and waits within a bound. */
  invalidate(
    id: RequestId,
    distributionDomain: string,
    paths: AsyncIterable<string>,
  ): Promise<InvalidationOutcome>;
}
