import type { RequestId } from '../model/ids';

interface Invalidated<Kind extends string> {
  readonly kind: Kind;
  readonly paths: number;
  /** Names the paths that cannot be invalidated, where there are such; the others were. */
  readonly warning?: string;
}

export type InvalidationOutcome =
  | Invalidated<'done'>
  /** Still in progress when the bound ran out: warming goes on, with a warning. */
  | Invalidated<'pending'>
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
