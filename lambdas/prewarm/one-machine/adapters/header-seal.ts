import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../../errors/json-fault';
import { WarmpathError } from '../../../errors/warmpath-error';
import type { RequestId } from '../../engine/model/ids';
import type { RequestHeader } from '../../engine/model/request';
import { hasCode } from './error-code';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEPT_HEADERS = 200;

/** File of the key in the data directory, made when it is first needed. */
export const KEY_FILE = 'headers.key';
/** Environment variable with a key that is kept elsewhere. */
export const KEY_VARIABLE = 'WARMPATH_HEADERS_KEY';

/** The key is no key, or what is stored was sealed with another one. */
export class HeaderKeyUnusable extends WarmpathError {
  override readonly name = 'HeaderKeyUnusable';

  constructor(what: string, options?: ErrorOptions) {
    super(
      'HEADERS_DAMAGED',
      `the key of stored request headers ${what}; allowed: ${2 * KEY_BYTES} hexadecimal digits in ${KEY_FILE} or ${KEY_VARIABLE}, ` +
        'the same as when the headers were stored; do: openssl rand -hex 32 for a new data directory',
      options,
    );
  }
}

/**
 * Returns the key of a data directory: that of the environment, or of its file.
 * @throws HeaderKeyUnusable
 */
export async function readHeaderKey(dataDir: string, env: NodeJS.ProcessEnv = process.env): Promise<Buffer> {
  const given = env[KEY_VARIABLE];
  if (given !== undefined && given !== '') return keyOf(given, `in ${KEY_VARIABLE} is none`);
  const file = join(dataDir, KEY_FILE);
  try {
    return keyOf(await readFile(file, 'utf8'), `in ${file} is none`);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    const key = randomBytes(KEY_BYTES);
    await writeFile(file, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    return key;
  }
}

function keyOf(text: string, otherwise: string): Buffer {
  if (!/^[0-9a-f]{64}\s*$/i.test(text)) throw new HeaderKeyUnusable(otherwise);
  return Buffer.from(text.trim(), 'hex');
}

/**
 * Seals the headers of requests, whose values may be secrets, with AES-256-GCM: whoever reads the database without its key learns
 * none of them. The request's id is bound to them, so that they cannot be moved to another request.
 */
export class HeaderSeal {
  /** Headers that were opened: a request is read for each of its slices. */
  private readonly opened = new Map<RequestId, readonly RequestHeader[]>();

  constructor(private readonly key: Buffer) {}

  /** Tells keys apart without giving any away. */
  get fingerprint(): string {
    return createHmac('sha256', this.key).update('warmpath headers').digest('hex');
  }

  /** Initialisation vector, tag and ciphertext, as base64. */
  seal(id: RequestId, headers: readonly RequestHeader[]): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv).setAAD(Buffer.from(id));
    const body = Buffer.concat([cipher.update(JSON.stringify(headers), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
  }

  /** @throws HeaderKeyUnusable where they were changed, belong to another request or were sealed with another key */
  open(id: RequestId, sealed: string): readonly RequestHeader[] {
    const known = this.opened.get(id);
    if (known) return known;
    const bytes = Buffer.from(sealed, 'base64');
    const iv = bytes.subarray(0, IV_BYTES);
    const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, iv, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(id))
        .setAuthTag(tag);
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      const headers: readonly RequestHeader[] = parseJson(text.toString('utf8'));
      if (this.opened.size >= KEPT_HEADERS) this.opened.clear();
      this.opened.set(id, headers);
      return headers;
    } catch (cause) {
      throw new HeaderKeyUnusable(`does not open those of request ${id}`, { cause });
    }
  }
}
