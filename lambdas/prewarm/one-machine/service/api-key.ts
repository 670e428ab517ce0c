import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { WarmpathError } from '../../../errors/warmpath-error';

/** That of API Gateway keys. */
const SHORTEST = 20;
const LONGEST = 128;
const READABLE_BY_OTHERS = 0o077;

export class ApiKeyError extends WarmpathError {
  override readonly name = 'ApiKeyError';

  constructor(message: string, options?: ErrorOptions) {
    super('API_KEY_UNUSABLE', message, options);
  }
}

/**
 * Reads the key that callers send as `x-api-key`: the first line of a file that only its owner can read.
 * @throws ApiKeyError that says what to do; the key is never part of it.
 */
export async function readApiKey(file: string): Promise<string> {
  const [text, { mode }] = await Promise.all([readFile(file, 'utf8'), stat(file)]).catch((error) => {
    throw new ApiKeyError(`API key file ${file}: cannot be read; allowed: a file with one line`, {
      cause: error,
    });
  });
  if (process.platform !== 'win32' && (mode & READABLE_BY_OTHERS) !== 0) {
    throw new ApiKeyError(`API key file ${file}: others may read it; do: chmod 600 ${file}`);
  }
  const key = text.split('\n')[0]?.trim() ?? '';
  if (key.length < SHORTEST || key.length > LONGEST || !/^[\x21-\x7e]+$/.test(key)) {
    throw new ApiKeyError(
      `API key file ${file}: got a first line of ${key.length} characters; allowed: ${SHORTEST} to ${LONGEST} visible ASCII characters; do: openssl rand -hex 20 > ${file}`,
    );
  }
  return key;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Compares in a time that tells nothing of the key, not even its length. */
export function isSameKey(given: string | undefined, key: string): boolean {
  return given !== undefined && timingSafeEqual(digest(given), digest(key));
}
