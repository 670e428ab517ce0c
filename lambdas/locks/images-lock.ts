/** `images.lock.json`, which `warmpath image` writes and the infrastructure reads when it is synthesized: which image is in use, by digest. */
import * as z from 'zod';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits');

/** One image. */
export const lockedImage = z.object({
  /** `<registry>/<repository>` */
  repo: z.string().min(1),
  /** Digest over the inputs of its build. */
  key: z.string(),
  tag: z.string(),
  digest,
  platform: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  builtAt: z.string(),
  commit: z.string(),
  /** Digest of the manifest for each platform. */
  platforms: z.record(z.string(), digest).optional(),
  /** By group of inputs, 12 hexadecimal digits of their digest. */
  inputs: z.record(z.string(), z.string()).optional(),
});

/** By name. */
export const imagesLock = z.record(z.string(), lockedImage);

export type LockedImage = z.infer<typeof lockedImage>;
export type ImagesLock = Readonly<Record<string, LockedImage>>;
