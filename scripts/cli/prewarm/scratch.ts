import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInput } from '../bad-input';

export const SCRATCH_PREFIX = 'warmpath-run-';
/** The data directory of a run that was given none, in its folder. */
export const SCRATCH_DATA = 'data';

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), SCRATCH_PREFIX));
  } catch (cause) {
    throw new BadInput(
      `TMPDIR: got ${tmpdir()}, which this user cannot write; allowed: a folder that this user may write, or a --data-dir`,
      { cause },
    );
  }
}

/** A temporary folder of one run, made when it is first asked for: a run with a data directory needs none. */
export class Scratch {
  private folder: string | undefined;

  /** @throws BadInput where there is no place for it */
  get path(): string {
    this.folder ??= makeFolder();
    return this.folder;
  }

  remove(): void {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}
