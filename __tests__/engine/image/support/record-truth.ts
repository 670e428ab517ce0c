/** Builds a case and each of its edits for real, one at a time and without cache, and tells which change the image. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readImagesFile } from '../../../../scripts/cli/image/files/images-file';
import { basesWith } from '../../../scripts/cli/image/support/bases';
import { type BuildCase, type Edit, materialise } from '../../../scripts/cli/image/support/build-case';
import { contentDigest } from './content-digest';

/** What an edit does to the image. */
export type Truth = 'changed' | 'same' | 'fails';

export interface TruthEngine {
  readonly env: NodeJS.ProcessEnv;
  /** Reference in the engine's registry, by the name of a test base. */
  readonly references: Readonly<Record<string, string>>;
}

export async function digestOf(
  given: BuildCase,
  edit: Edit | undefined,
  engine: TruthEngine,
): Promise<string | undefined> {
  const folder = materialise(given, edit);
  try {
    const [image] = readImagesFile(join(folder, 'images.json')).images;
    if (!image) throw new Error('no image');
    const bases = Object.entries(basesWith(edit?.bases)).flatMap(([name, base]) => {
      const reference = engine.references[base];
      return reference === undefined ? [] : [[name, reference] as const];
    });
    return await contentDigest(image, { env: engine.env, bases: Object.fromEntries(bases) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function recordTruth(
  given: BuildCase,
  engine: TruthEngine,
): Promise<Readonly<Record<string, Truth>>> {
  const before = await digestOf(given, undefined, engine);
  if (before === undefined) throw new Error(`${given.name}: the build fails before any edit`);
  const truth: Record<string, Truth> = {};
  for (const edit of given.edits) {
    const after = await digestOf(given, edit, engine);
    truth[edit.name] = after === undefined ? 'fails' : after === before ? 'same' : 'changed';
  }
  return truth;
}
