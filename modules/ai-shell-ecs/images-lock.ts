import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { WarmpathError } from '../../lambdas/errors/warmpath-error';

const entry = z.object({
  repo: z.string().min(1),
  key: z.string(),
  tag: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits'),
  platform: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  builtAt: z.string(),
  commit: z.string(),
});

const FIELDS = Object.keys(entry.shape).join(', ');

/** What `warmpath image` notes beside: digests per platform, and what the key was made of. */
const noted = entry.extend({
  platforms: z.record(z.string(), entry.shape.digest).optional(),
  inputs: z.record(z.string(), z.string()).optional(),
});

const lock = z.record(z.string(), noted);

export type LockedImage = z.infer<typeof noted>;

/** Thrown where the lock file or one of its entries cannot be used. */
export class ImageLockError extends WarmpathError {
  override readonly name = 'ImageLockError';

  constructor(message: string, options?: ErrorOptions) {
    super('INVALID_CONFIGURATION', message, options);
  }
}

/** Returns one image's entry. @throws ImageLockError that names the file and what to do */
export function readLockedImage(lockFile: string, name: string): LockedImage {
  const images = lock.safeParse(parse(lockFile));
  if (!images.success) {
    throw new ImageLockError(
      `${lockFile}: ${z.prettifyError(images.error)}; each image has ${FIELDS}: correct the file, or restore an earlier one`,
    );
  }
  const image = images.data[name];
  if (image === undefined) {
    const known = Object.keys(images.data).join(', ') || 'none';
    throw new ImageLockError(
      `${lockFile}: no image "${name}" (images there: ${known}); push it and add its entry, with ${FIELDS}`,
    );
  }
  return image;
}

/** Returns one image's entry, or `undefined` when it cannot be used. */
export function lockedImage(lockFile: string, name: string): LockedImage | undefined {
  try {
    return readLockedImage(lockFile, name);
  } catch (error) {
    if (error instanceof ImageLockError) return undefined;
    throw error;
  }
}

function parse(lockFile: string): unknown {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8'));
  } catch (cause) {
    throw new ImageLockError(
      `${lockFile}: cannot be read as JSON; it maps names of images to their ${FIELDS}: create or correct it`,
      {
        cause,
      },
    );
  }
}
