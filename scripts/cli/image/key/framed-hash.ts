import { createHash, type Hash } from 'node:crypto';

/** SHA-256 over fields with their lengths, so that no two lists of fields give the same bytes. */
export class FramedHash {
  private readonly hash: Hash = createHash('sha256');
  /** Not yet hashed: a call for each list would take longer than the hashing. */
  private pending = '';

  add(fields: readonly string[]): this {
    let frame = `${fields.length};`;
    for (const field of fields) frame += `${Buffer.byteLength(field)}:${field}`;
    this.pending += frame;
    if (this.pending.length > PENDING_LENGTH) this.flush();
    return this;
  }

  hex(): string {
    this.flush();
    return this.hash.digest('hex');
  }

  private flush(): void {
    this.hash.update(this.pending);
    this.pending = '';
  }
}

const PENDING_LENGTH = 32_768;
