/** A build context with its edits, as data: what the recorded truth is about. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ContentHashes } from '../../../../../scripts/cli/image/context/content-hashes';
import { type ImageDefinition, readImagesFile } from '../../../../../scripts/cli/image/files/images-file';
import type { BaseImage } from '../../../../../scripts/cli/image/key/base-image';
import { type ImageKey, imageKey } from '../../../../../scripts/cli/image/key/image-key';

export type Node =
  | { readonly path: string; readonly content: string; readonly mode?: number }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly hardLinkTo: string }
  | { readonly path: string; readonly folder: true; readonly mode?: number };

/** Fields of `images.json`, but for the repository. */
export type ImageFields = Readonly<Record<string, unknown>>;

export interface Edit {
  readonly name: string;
  /** Entries that are added or replaced. */
  readonly write?: readonly Node[];
  readonly remove?: readonly string[];
  readonly chmod?: Readonly<Record<string, number>>;
  readonly touch?: readonly string[];
  readonly image?: ImageFields;
  /** Bases by the name in the Dockerfile that are another image now. */
  readonly bases?: Readonly<Record<string, string>>;
}

export interface BuildCase {
  readonly name: string;
  readonly files: readonly Node[];
  readonly image?: ImageFields;
  /** Bases by the name in the Dockerfile; the value names one of the images that the engine has. */
  readonly bases?: Readonly<Record<string, string>>;
  readonly edits: readonly Edit[];
}

/**
 * A time that follows from path and content: the builder takes a file of equal size, time and mode for the same one
 * as in an earlier build from a folder of this name, so that equal times would give the truth of another case.
 */
function writtenAt(path: string, content: string): Date {
  return new Date(1_700_000_000_000 + Number.parseInt(digestOf(`${path}\0${content}`).slice(0, 8), 16));
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function place(folder: string, node: Node): void {
  const path = join(folder, node.path);
  mkdirSync(dirname(path), { recursive: true });
  if ('folder' in node) {
    mkdirSync(path, { recursive: true });
    chmodSync(path, node.mode ?? 0o755);
    return;
  }
  rmSync(path, { force: true, recursive: true });
  if ('link' in node) symlinkSync(node.link, path);
  else if ('hardLinkTo' in node) linkSync(join(folder, node.hardLinkTo), path);
  else {
    writeFileSync(path, node.content);
    chmodSync(path, node.mode ?? 0o644);
    const time = writtenAt(node.path, node.content);
    utimesSync(path, time, time);
  }
}

/** Lays a case out in a new folder; `edit` is applied to it. */
export function materialise({ files, image }: Pick<BuildCase, 'files' | 'image'>, edit?: Edit): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-image-case-'));
  for (const node of files) place(folder, node);
  if (edit) {
    for (const path of edit.remove ?? []) rmSync(join(folder, path), { recursive: true, force: true });
    for (const node of edit.write ?? []) place(folder, node);
    for (const [path, mode] of Object.entries(edit.chmod ?? {})) chmodSync(join(folder, path), mode);
    for (const path of edit.touch ?? []) utimesSync(join(folder, path), new Date(), new Date());
  }
  const fields = { repository: 'registry.test/app', ...image, ...edit?.image };
  writeFileSync(
    join(folder, 'images.json'),
    JSON.stringify({ images: { app: { ...fields, context: contextOf(fields) } } }),
  );
  return folder;
}

/** The context is a folder of its own, so that `images.json` is not part of it. */
function contextOf(fields: ImageFields): unknown {
  return fields['context'] ?? 'app';
}

/** The definition and the key of an image of these files, which needs no base. */
export async function imageOf(
  files: readonly Node[],
): Promise<{ readonly image: ImageDefinition; readonly key: ImageKey }> {
  const folder = materialise({ files });
  try {
    const [image] = readImagesFile(join(folder, 'images.json')).images;
    if (!image) throw new Error('no image');
    return { image, key: await keyOf(folder, new Map()) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The key of what lies in a folder; bases are looked up in a table. */
export function keyOf(
  folder: string,
  bases: ReadonlyMap<string, BaseImage>,
  now = new Date('2026-11-27T00:00:00Z'),
): Promise<ImageKey> {
  const [image] = readImagesFile(join(folder, 'images.json')).images;
  if (!image) throw new Error('no image');
  return imageKey(image, {
    hashes: new ContentHashes(),
    resolveBase: async ({ reference, platform }) => {
      const base = bases.get(`${reference} ${platform}`) ?? bases.get(reference);
      if (!base) throw new Error(`no base ${reference}`);
      return base;
    },
    now,
  });
}
