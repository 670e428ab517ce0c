/** Decides for one image whether it must be built: its key, and whether the registry has an image of that key. */

import type { ImagesLock, LockedImage } from '../../../../lambdas/locks/images-lock';
import { ContentHashes } from '../context/content-hashes';
import type { Doubt } from '../dockerfile/instructions';
import { readIfThere } from '../files/atomic-file';
import { encodeRecords, type ImageState, readState, textDigest, writeState } from '../files/image-state';
import type { ImageDefinition } from '../files/images-file';
import { groupName, inputGroups } from '../files/images-lock';
import { type BaseImage, type ImageNeed, needKey } from '../key/base-image';
import { ignoreFileOf } from '../key/build-contexts';
import { type ImageKey, imageKey } from '../key/image-key';
import { parseReference } from '../registry/reference';
import { type RegistryClient, RegistryError } from '../registry/registry-client';
import { type Reason, reasonsFromLock, reasonsFromState } from './reasons';

export interface PlannedImage {
  readonly image: ImageDefinition;
  readonly decision: 'build' | 'skip';
  readonly key: ImageKey;
  /** Digest in the registry at the key's tag; offline the lock's. */
  readonly digest: string | undefined;
  readonly reasons: readonly Reason[];
  readonly warnings: readonly Doubt[];
}

export interface PlanSurroundings {
  /** Folder of `images.json`. */
  readonly folder: string;
  readonly lock: ImagesLock;
  /** Absent offline. */
  readonly registry: RegistryClient | undefined;
  readonly resolveBase: (need: ImageNeed) => Promise<BaseImage>;
  readonly now: () => Date;
  /** What a registry that cannot be reached means: the image must be built, or the command fails. @default 'fail' */
  readonly unreachable?: 'build' | 'fail';
}

const OFFLINE = 'offline: compared with the lock; base images and the registry were not asked';
const UNKNOWN_BASE: BaseImage = {
  digest: 'unknown',
  rootDigest: 'unknown',
  env: [],
  workingDir: '',
  user: '',
  onBuild: [],
};

/** Plans one image and remembers its inputs for the next time. */
export async function planImage(
  image: ImageDefinition,
  surroundings: PlanSurroundings,
): Promise<PlannedImage> {
  const { folder, lock, registry, now } = surroundings;
  const before = readState(folder, image.name);
  const writtenAtMs = now().getTime();
  const hashes = new ContentHashes(before?.memo);
  const failures: string[] = [];
  /** The value, or what stands for it where a registry failed and the plan goes on. */
  async function orElse<T>(asked: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if (surroundings.unreachable !== 'build' || !(error instanceof RegistryError)) throw error;
      failures.push(error.message);
      return otherwise;
    }
  }
  const key = await imageKey(image, {
    hashes,
    resolveBase: (need) =>
      registry ? orElse(surroundings.resolveBase(need), UNKNOWN_BASE) : remembered(before, need),
    now: now(),
  });
  const ignore = textDigest(readIfThere(ignoreFileOf(image)));
  const entry = lock[image.name];
  const digest = registry ? await orElse(digestOf(registry, image, key.tag), undefined) : undefined;
  const failed = failures.length > 0;
  const skip = registry ? digest !== undefined && !failed : sameInputs(entry, key);
  const compared = { image, records: key.records, ignore };
  const reasons = skip ? [] : explain(image, entry, before, key, compared);
  if (registry && !failed && (before?.key !== key.key || hashes.filesRead > 0 || before.ignore !== ignore)) {
    writeState(folder, image.name, {
      key: key.key,
      // While an image is not built, the inputs of the last built one stay what a later plan compares with.
      records: skip || !before ? encodeRecords(key.records) : before.records,
      ignore: skip || !before ? ignore : before.ignore,
      target: skip || !before ? (image.target ?? '') : before.target,
      memo: hashes.toMemo(writtenAtMs),
      bases: Object.fromEntries(key.baseImages),
    });
  }
  const warnings = [
    ...key.warnings,
    ...failures.map((reason) => ({ line: 0, reason })),
    ...(registry ? [] : [{ line: 0, reason: OFFLINE }]),
  ];
  return {
    image,
    decision: skip ? 'skip' : 'build',
    key,
    digest: digest ?? (skip ? entry?.digest : undefined),
    reasons,
    warnings,
  };
}

/** Notes the inputs of an image that is now in the registry. */
export function rememberBuilt(folder: string, { image, key }: Pick<PlannedImage, 'image' | 'key'>): void {
  const before = readState(folder, image.name);
  if (!before) return;
  const ignore = textDigest(readIfThere(ignoreFileOf(image)));
  writeState(folder, image.name, {
    ...before,
    key: key.key,
    records: encodeRecords(key.records),
    ignore,
    target: image.target ?? '',
  });
}

function digestOf(
  registry: RegistryClient,
  image: ImageDefinition,
  tag: string,
): Promise<string | undefined> {
  const repository = parseReference(image.repository);
  return repository ? registry.digest(repository, tag) : Promise.resolve(undefined);
}

function explain(
  image: ImageDefinition,
  entry: LockedImage | undefined,
  before: ImageState | undefined,
  key: ImageKey,
  compared: { image: ImageDefinition; records: ImageKey['records']; ignore: string },
): readonly Reason[] {
  if (entry?.key !== key.key) {
    const found = [...(before ? reasonsFromState(before, compared) : [])];
    if (found.length > 0) return found;
    const groups = entry ? reasonsFromLock(entry, compared) : [];
    if (groups.length > 0) return groups;
  }
  return [{ kind: 'absent', name: `${image.repository}:${key.tag}`, line: null, from: null, to: null }];
}

async function remembered(before: ImageState | undefined, need: ImageNeed): Promise<BaseImage> {
  return before?.bases[needKey(need)] ?? UNKNOWN_BASE;
}

/** Whether every group of inputs but the base images is as the lock has it. */
function sameInputs(entry: LockedImage | undefined, key: ImageKey): boolean {
  if (entry?.key === key.key) return true;
  if (!entry?.inputs) return false;
  function comparable(inputs: Readonly<Record<string, string>>) {
    return Object.entries(inputs)
      .map(([name, digest]): [string, string] => [groupName(name), digest])
      .filter(([name]) => !/(?:^|\/\S+ )base /.test(name))
      .map(([name, digest]) => `${name} ${digest}`)
      .sort()
      .join('\n');
  }
  return comparable(entry.inputs) === comparable(inputGroups(key.records));
}
