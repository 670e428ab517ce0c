/** Builds a case and its edits for real, one at a time, and tells which change the image. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageDefinition, readImagesFile } from '../../../../scripts/cli/image/files/images-file';
import { basesWith } from '../../../scripts/cli/image/support/bases';
import { type BuildCase, type Edit, materialise } from '../../../scripts/cli/image/support/build-case';
import { type Builder, contentDigest } from './content-digest';

/** What an edit does to the image. */
export type Truth = 'changed' | 'same' | 'fails';

export interface TruthEngine extends Pick<Builder, 'env' | 'buildx'> {
  /** Reference in the engine's registry, by the name of a test base. */
  readonly references: Readonly<Record<string, string>>;
}

/** Lays a case out, hands its one image to `use`, and removes it again. */
export async function withImage<T>(
  given: BuildCase,
  edit: Edit | undefined,
  engine: TruthEngine,
  use: (image: ImageDefinition, builder: Builder) => Promise<T>,
): Promise<T> {
  const folder = materialise(given, edit);
  try {
    const [image] = readImagesFile(join(folder, 'images.json')).images;
    if (!image) throw new Error('no image');
    const bases = Object.entries(basesWith(edit?.bases)).flatMap(([name, base]) => {
      const reference = engine.references[base];
      return reference === undefined ? [] : [[name, reference] as const];
    });
    return await use(image, { ...engine, bases: Object.fromEntries(bases) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By the name of each of the edits. @throws {Error} where the case itself cannot be built */
export async function recordTruth(
  given: BuildCase,
  edits: readonly Edit[],
  engine: TruthEngine,
  digest = contentDigest,
): Promise<Readonly<Record<string, Truth>>> {
  const before = await withImage(given, undefined, engine, digest);
  if (before === undefined) throw new Error(`${given.name}: the build fails before any edit`);
  const truth: Record<string, Truth> = {};
  for (const edit of edits) {
    const after = await withImage(given, edit, engine, digest);
    truth[edit.name] = after === undefined ? 'fails' : after === before ? 'same' : 'changed';
  }
  return truth;
}
