import * as crypto from 'node:crypto';
import type { SeenUrls } from '../engine/ports/seen-urls';

const PARTS = 16;
const WORDS = 3;
const FIRST_SLOTS = 2 ** 8;
const GROWTH = 1.25;
const MAX_FILL = 0.8;

/**
 * A resizable buffer has pages of its own, which go back to the system; what the C library hands out for a plain one of
 * this size may stay with the process for good.
 */
function newTable(slots: number): Uint32Array<ArrayBuffer> {
  const sizeBytes = slots * WORDS * Uint32Array.BYTES_PER_ELEMENT;
  return new Uint32Array(new ArrayBuffer(sizeBytes, { maxByteLength: sizeBytes }), 0, slots * WORDS);
}

/** Its pages go back at once, and not when garbage is collected some day. */
function release(table: Uint32Array<ArrayBuffer>): void {
  table.buffer.resize(0);
}

function wordAt(text: string, at: number): number {
  return (
    ((text.charCodeAt(at) << 24) |
      (text.charCodeAt(at + 1) << 16) |
      (text.charCodeAt(at + 2) << 8) |
      text.charCodeAt(at + 3)) >>>
    0
  );
}

function digestInTwoCalls(url: string): string {
  return crypto.createHash('sha256').update(url).digest('binary');
}

function digestAtOnce(url: string): string {
  return crypto.hash('sha256', url, 'binary');
}

/** Text, not a buffer: a million small buffers outside the heap are collected late. Node has the shorter way from 20.12 on. */
const digest = 'hash' in crypto ? digestAtOnce : digestInTwoCalls;

/** An open-addressing table of digests of 96 bits. */
class DigestTable {
  private slots = FIRST_SLOTS;
  private table = newTable(FIRST_SLOTS);
  private size = 0;

  add(first: number, second: number, third: number): boolean {
    const { table, slots } = this;
    for (let slot = second % slots; ; slot = slot + 1 === slots ? 0 : slot + 1) {
      const at = slot * WORDS;
      if (table[at] === 0) {
        table[at] = first;
        table[at + 1] = second;
        table[at + 2] = third;
        break;
      }
      if (table[at] === first && table[at + 1] === second && table[at + 2] === third) return false;
    }
    this.size += 1;
    if (this.size > this.slots * MAX_FILL) this.grow();
    return true;
  }

  close(): void {
    release(this.table);
  }

  private grow(): void {
    const old = this.table;
    this.slots = Math.ceil(this.slots * GROWTH);
    this.table = newTable(this.slots);
    this.size = 0;
    for (let at = 0; at < old.length; at += WORDS)
      if (old[at] !== 0) this.add(old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0);
    release(old);
  }
}

/**
 * Digests of 96 bits: 15 to 19 bytes per URL, so some 17 MB for a million. That two of a million URLs share a digest is
 * as likely as 1 to 10^17. In parts, as one that grows stands twice for a moment.
 */
export class DigestedUrls implements SeenUrls {
  private readonly parts = Array.from({ length: PARTS }, () => new DigestTable());

  async addAll(urls: readonly string[]): Promise<readonly boolean[]> {
    return urls.map((url) => {
      const hash = digest(url);
      const part = this.parts[hash.charCodeAt(12) % PARTS];
      // A first word of 0 marks an empty slot.
      return part?.add(wordAt(hash, 0) || 1, wordAt(hash, 4), wordAt(hash, 8)) ?? false;
    });
  }

  close(): void {
    for (const part of this.parts) part.close();
  }
}
