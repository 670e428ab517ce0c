import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { SeenUrls } from '../ports';

/** Digests kept in memory before they move to a database of their own. */
const IN_MEMORY = 20_000;

/** 128 bits: two URLs of a list never share them. */
const digestOf = (url: string): string => createHash('sha256').update(url).digest('base64').slice(0, 22);

/** Small lists in memory, large ones in a temporary database, so that memory does not grow with the list. */
export class EmbeddedSeenUrls implements SeenUrls {
  private readonly known = new Set<string>();
  private readonly location: string;
  private db: ClassicLevel<string, string> | undefined;

  constructor(tmpDir: string) {
    this.location = join(tmpDir, `seen-${randomUUID()}`);
  }

  async addAll(urls: readonly string[]): Promise<readonly boolean[]> {
    const digests = urls.map(digestOf);
    const stored = await this.storedAmong(digests);
    const isNew = digests.map((digest, index) => {
      if (stored[index] === true || this.known.has(digest)) return false;
      this.known.add(digest);
      return true;
    });
    if (this.known.size > IN_MEMORY) await this.spill();
    return isNew;
  }

  /** Removes what is on disk. */
  async close(): Promise<void> {
    await this.db?.close();
    await rm(this.location, { recursive: true, force: true });
  }

  private async storedAmong(digests: readonly string[]): Promise<readonly boolean[]> {
    return this.db === undefined ? [] : this.db.hasMany([...digests]);
  }

  private async spill(): Promise<void> {
    this.db ??= new ClassicLevel(this.location);
    await this.db.batch([...this.known].map((key) => ({ type: 'put', key, value: '' })));
    this.known.clear();
  }
}
