import { createHash, type Hash } from 'node:crypto';

/** SHA-256 over fields with their lengths, so that no two lists of fields give the same bytes. */
export class FramedHash {
  private readonly hash: Hash = createHash('sha256');

  add(fields: readonly string[]): this {
    let frame = `${fields.length};`;
    for (const field of fields) frame += `${Buffer.byteLength(field)}:${field}`;
    this.hash.update(frame);
    return this;
  }

  hex(): string {
    return this.hash.digest('hex');
  }
}
