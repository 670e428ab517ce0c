/** A distribution of the account, as CloudFront's own API knows it. */
export interface FoundDistribution {
  /** Its `*.cloudfront.net` name, lower case. */
  readonly domain: string;
  /** Alternate names, lower case; one may begin with `*.`. */
  readonly aliases: readonly string[];
}

/**
 * Finds the distribution of the account that has this name, its own or an alternate one. `none` where there is none, `not-asked`
 * where the account may not be asked or does not answer.
 */
export type FindDistribution = (name: string) => Promise<FoundDistribution | 'none' | 'not-asked'>;
