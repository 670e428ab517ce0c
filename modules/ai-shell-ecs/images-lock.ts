import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { WarmpathError } from '../../lambdas/errors/warmpath-error';
import {
  imagesLock,
  type LockedImage,
  lockedImage as lockedImageSchema,
} from '../../lambdas/locks/images-lock';

const FIELDS = Object.entries(lockedImageSchema.shape)
  .flatMap(([name, schema]) => (schema instanceof z.ZodOptional ? [] : [name]))
  .join(', ');

/** Thrown where the lock file or one of its entries cannot be used. */
export class ImageLockError extends WarmpathError {
  override readonly name = 'ImageLockError';

  constructor(message: string, options?: ErrorOptions) {
    super('INVALID_CONFIGURATION', message, options);
  }
}

/** Returns one image's entry. @throws ImageLockError that names the file and what to do */
export function readLockedImage(lockFile: string, name: string): LockedImage {
  const images = imagesLock.safeParse(parse(lockFile));
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
