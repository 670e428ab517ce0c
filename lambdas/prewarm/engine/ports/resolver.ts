export type Resolution =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[]; readonly canonicalName: string }
  | { readonly kind: 'unknown-name' }
  /** It has addresses, and none that may be contacted. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

export interface Resolver {
  /** Follows CNAMEs; addresses are A records (and AAAA where asked for), deduplicated. Cached for the records' life. */
  resolve(name: string, signal?: AbortSignal): Promise<Resolution>;
}
