/** Reads and writes `ami.lock.json`. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import {
  type AmiLock,
  ARCHITECTURES,
  type Architecture,
  amiLock,
  type LockedAmi,
} from '../../../lambdas/locks/ami-lock';
import { BadInput } from '../bad-input';
import { writeAtomically } from '../image/files/atomic-file';

export const AMI_LOCK_FILE = 'ami.lock.json';

/** Returns the file's content; empty where there is none. @throws {BadInput} for a file that is no such lock */
export function readAmiLock(file: string): AmiLock {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new BadInput(`${file}: no JSON; restore it from version control`, { cause });
  }
  const parsed = amiLock.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new BadInput(
    `${file}: ${z.prettifyError(parsed.error)}; correct the file, or restore an earlier one`,
  );
}

/** Writes Regions and architectures sorted, so that a change is a line of a diff. */
export function writeAmiLock(file: string, amis: AmiLock): void {
  const sorted = Object.fromEntries(
    Object.keys(amis)
      .sort()
      .map((region) => [
        region,
        Object.fromEntries(ARCHITECTURES.flatMap((name) => namedAmi(amis[region]?.[name], name))),
      ]),
  );
  writeAtomically(file, `${JSON.stringify(sorted, undefined, 2)}\n`);
}

function namedAmi(ami: LockedAmi | undefined, architecture: Architecture) {
  return ami === undefined ? [] : [[architecture, { id: ami.id, name: ami.name }] as const];
}
