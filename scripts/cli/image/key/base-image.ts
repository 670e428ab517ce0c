/** The images that a build starts from or copies from: what is asked of their registries, and what these tell. */

/** An image that must be looked up. */
export interface ImageNeed {
  readonly reference: string;
  readonly platform: string;
}

/** What is known of an image in a registry. */
export interface BaseImage {
  /** Digest of the manifest for the platform, or of the one manifest there is. */
  readonly digest: string;
  /** Digest of what the reference names: an index where there is one. */
  readonly rootDigest: string;
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly user: string;
  readonly onBuild: readonly string[];
}

export type BaseImages = ReadonlyMap<string, BaseImage>;

export function needKey({ reference, platform }: ImageNeed): string {
  return `${reference} ${platform}`;
}
