import { createHash, timingSafeEqual } from 'node:crypto';
import { RefusedSetting } from '../refused-setting';
import { readSecretLine } from './secret-file';

/** Bounds of API Gateway's keys, so that a key can be taken along. */
const SHORTEST = 20;
const LONGEST = 128;

/** The file cannot be used as the source of the key. */
export class ApiKeyError extends RefusedSetting {
  override readonly name = 'ApiKeyError';

  constructor(file: string, complaint: string, options?: ErrorOptions) {
    super('API_KEY_UNUSABLE', ({ apiKeyFile }) => `${apiKeyFile}: got ${file}, ${complaint}`, options);
  }
}

/**
 * Reads the key that callers send as `x-api-key`: the first line of a file that only its owner can read.
 * @throws ApiKeyError that says what to do; the key is never part of it.
 */
export async function readApiKey(file: string): Promise<string> {
  const key = await readSecretLine(file, (complaint, options) => new ApiKeyError(file, complaint, options));
  if (key.length < SHORTEST || key.length > LONGEST || !/^[\x21-\x7e]+$/.test(key)) {
    throw new ApiKeyError(
      file,
      `which has a first line of ${key.length} characters; allowed: ${SHORTEST} to ${LONGEST} visible ASCII characters; do: openssl rand -hex 20 > ${file}`,
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
