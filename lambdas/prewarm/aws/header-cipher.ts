import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { parseJson } from '../../errors/json-fault';
import { WarmpathError } from '../../errors/warmpath-error';
import type { RequestId } from '../engine/model/ids';
import type { RequestHeader } from '../engine/model/request';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEPT_KEYS = 200;

/** Thrown where stored headers cannot be decrypted. */
export class SealedHeadersDamaged extends WarmpathError {
  override readonly name = 'SealedHeadersDamaged';

  constructor(message: string, options?: ErrorOptions) {
    super('HEADERS_DAMAGED', message, options);
  }
}

/**
 * Encrypts the headers of a request under a data key of its own, which KMS seals (headers may be larger than the 4 KiB
 * that KMS takes itself). The request's id is bound to both, so that headers cannot be moved to another request.
 *
 * Layout: length of the sealed data key (2 bytes), sealed data key, initialisation vector, tag, ciphertext.
 */
export class HeaderCipher {
  /** Opened data keys by their sealed form: an agent reads the same request once per slice. */
  private readonly opened = new Map<string, Uint8Array>();

  constructor(
    private readonly kms: KMSClient,
    private readonly keyArn: string,
  ) {}

  async seal(id: RequestId, headers: readonly RequestHeader[]): Promise<Uint8Array> {
    const { Plaintext, CiphertextBlob } = await this.kms.send(
      new GenerateDataKeyCommand({
        KeyId: this.keyArn,
        KeySpec: 'AES_256',
        EncryptionContext: { requestId: id },
      }),
    );
    if (!Plaintext || !CiphertextBlob) throw new Error('KMS answered without a data key');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', Plaintext, iv).setAAD(Buffer.from(id));
    const body = Buffer.concat([cipher.update(JSON.stringify(headers), 'utf8'), cipher.final()]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(CiphertextBlob.length);
    return Buffer.concat([length, CiphertextBlob, iv, cipher.getAuthTag(), body]);
  }

  /** @throws SealedHeadersDamaged where they were changed or belong to another request */
  async open(id: RequestId, sealed: Uint8Array): Promise<readonly RequestHeader[]> {
    const bytes = Buffer.from(sealed);
    const keyEnd = 2 + bytes.readUInt16BE(0);
    const dataKey = await this.dataKey(id, bytes.subarray(2, keyEnd));
    const iv = bytes.subarray(keyEnd, keyEnd + IV_BYTES);
    const tag = bytes.subarray(keyEnd + IV_BYTES, keyEnd + IV_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', dataKey, iv, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(id))
        .setAuthTag(tag);
      const body = Buffer.concat([
        decipher.update(bytes.subarray(keyEnd + IV_BYTES + TAG_BYTES)),
        decipher.final(),
      ]);
      return headersOf(parseJson(body.toString('utf8')));
    } catch (cause) {
      throw new SealedHeadersDamaged(`the headers of request ${id} cannot be opened`, { cause });
    }
  }

  private async dataKey(id: RequestId, sealedKey: Uint8Array): Promise<Uint8Array> {
    const name = Buffer.from(sealedKey).toString('base64');
    const known = this.opened.get(name);
    if (known) return known;
    const { Plaintext } = await this.kms.send(
      new DecryptCommand({
        KeyId: this.keyArn,
        CiphertextBlob: sealedKey,
        EncryptionContext: { requestId: id },
      }),
    );
    if (!Plaintext) throw new SealedHeadersDamaged(`KMS opened no data key for request ${id}`);
    if (this.opened.size >= KEPT_KEYS) this.opened.clear();
    this.opened.set(name, Plaintext);
    return Plaintext;
  }
}

function headersOf(value: unknown): readonly RequestHeader[] {
  if (!Array.isArray(value)) throw new TypeError('not a list');
  return value.map((header: unknown) => {
    if (typeof header !== 'object' || header === null || !('name' in header) || !('value' in header))
      throw new TypeError('not a header');
    return { name: String(header.name), value: String(header.value) };
  });
}
