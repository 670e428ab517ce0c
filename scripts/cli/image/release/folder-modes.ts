/**
 * The builder's cache does not see permission bits of folders below a copied one: after a change of these alone it would
 * give the old image for the new key. The stages that copy them are run without cache.
 */
import { readFileSync } from 'node:fs';
import type { LockedImage } from '../../../../lambdas/locks/images-lock';
import { parseDockerfile } from '../dockerfile/instructions';
import { plainWords } from '../dockerfile/words';
import { readState, recordsOf } from '../files/image-state';
import { FOLDER_MODES, folderModesDigest } from '../files/images-lock';
import type { InputRecord } from '../key/input-record';
import type { PlannedImage } from '../plan/plan-image';

/** Names of the stages to build without cache; `all` where one has no name, or where it is not known which. */
export function modesChanged(
  { image, key }: PlannedImage,
  entry: LockedImage | undefined,
  folder: string,
): readonly string[] | 'all' {
  const before = readState(folder, image.name);
  const records = before && before.key !== key.key ? recordsOf(before) : undefined;
  if (records) return stagesOf(changedFolders(records, key.records), image.dockerfile);
  const known = entry?.inputs?.[FOLDER_MODES] ?? '';
  return entry?.inputs && known !== folderModesDigest(key.records) ? 'all' : [];
}

function changedFolders(before: readonly InputRecord[], now: readonly InputRecord[]): readonly InputRecord[] {
  const modes = new Map(before.filter(isFolder).map((record) => [identity(record), record.fields[2]]));
  return now.filter((record) => {
    const earlier = modes.get(identity(record));
    return isFolder(record) && earlier !== undefined && earlier !== record.fields[2];
  });
}

function isFolder({ kind, fields }: InputRecord): boolean {
  return kind === 'file' && fields[1] === 'folder';
}

function identity({ group, name }: InputRecord): string {
  return `${group}\0${name}`;
}

function stagesOf(records: readonly InputRecord[], dockerfile: string): readonly string[] | 'all' {
  if (records.length === 0) return [];
  const stages = parseDockerfile(readFileSync(dockerfile, 'utf8')).instructions.filter(
    ({ keyword }) => keyword === 'FROM',
  );
  const names = new Set<string>();
  for (const { line = 0 } of records) {
    const stage = stages.filter((candidate) => candidate.line <= line).at(-1);
    const name = plainWords(stage?.rest ?? '')[2];
    if (name === undefined) return 'all';
    names.add(name);
  }
  return [...names];
}
