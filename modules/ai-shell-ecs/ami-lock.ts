import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { WarmpathError } from '../../lambdas/errors/warmpath-error';
import { amiLock } from '../../lambdas/locks/ami-lock';
import type { Architecture } from './props';

/** Thrown where the lock file or its entry cannot be used. */
export class AmiLockError extends WarmpathError {
  override readonly name = 'AmiLockError';

  constructor(message: string, options?: ErrorOptions) {
    super('INVALID_CONFIGURATION', message, options);
  }
}

/** Returns the id of the AMI of a Region and architecture. @throws AmiLockError that names the file and the command that mends it */
export function readLockedAmi(lockFile: string, region: string, architecture: Architecture): string {
  const cure = `run warmpath coldstart ami --update --region ${region} --architecture ${architecture}`;
  const images = amiLock.safeParse(parse(lockFile, cure));
  if (!images.success)
    throw new AmiLockError(
      `${lockFile}: ${z.prettifyError(images.error)}; restore an earlier one, or ${cure}`,
    );
  const image = images.data[region]?.[architecture];
  if (image !== undefined) return image.id;
  const known = Object.entries(images.data).flatMap(([name, found]) =>
    Object.keys(found).map((other) => `${other} in ${name}`),
  );
  throw new AmiLockError(
    `${lockFile}: no AMI for ${architecture} in ${region} (there: ${known.join(', ') || 'none'}); ${cure}`,
  );
}

function parse(lockFile: string, cure: string): unknown {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8'));
  } catch (cause) {
    throw new AmiLockError(`${lockFile}: cannot be read as JSON; ${cure}`, { cause });
  }
}
