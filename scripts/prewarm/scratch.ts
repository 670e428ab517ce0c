import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder of one run, made when it is first asked for: a run with a data directory needs none. */
export class Scratch {
  private folder: string | undefined;

  get path(): string {
    this.folder ??= mkdtempSync(join(tmpdir(), 'warmpath-run-'));
    return this.folder;
  }

  remove(): void {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}
