/** Writes into the lock what the registry has at the tag of a key. */

import type { LockedImage } from '../../../../lambdas/locks/images-lock';
import { inputGroups, writeLockEntry } from '../files/images-lock';
import { currentCommit } from '../git';
import { formatPlatform } from '../key/platforms';
import type { PlannedImage } from '../plan/plan-image';
import { platformsOf } from '../registry/base-images';
import type { ImageReference } from '../registry/reference';
import { type RegistryClient, RegistryError } from '../registry/registry-client';
import { repositoryOfImage } from './push-image';

export interface PinSurroundings {
  readonly folder: string;
  readonly registry: RegistryClient;
  readonly now: () => Date;
}

/** Pins an image at this digest. @throws {RegistryError} where the registry does not have it */
export async function pinImage(
  planned: PlannedImage,
  digest: string,
  surroundings: PinSurroundings,
): Promise<LockedImage> {
  const { image, key } = planned;
  const { folder, registry, now } = surroundings;
  const built = image.platforms.map(formatPlatform);
  const entry: LockedImage = {
    ...(await describePinned(registry, repositoryOfImage(image), digest, built)),
    repo: image.repository,
    key: key.key,
    tag: key.tag,
    builtAt: now().toISOString(),
    commit: currentCommit(folder) ?? 'unknown',
    inputs: inputGroups(key.records),
  };
  writeLockEntry(folder, image.name, entry);
  return entry;
}

/** What the registry tells of an image. @throws {RegistryError} where it has none of this digest */
export async function describePinned(
  registry: RegistryClient,
  repository: ImageReference,
  digest: string,
  built: readonly string[],
): Promise<Pick<LockedImage, 'digest' | 'platform' | 'platforms' | 'sizeBytes'>> {
  const manifest = await registry.manifest(repository, digest);
  if (!manifest) {
    throw new RegistryError(
      `${repository.registry}/${repository.path}@${digest}: not in the registry; push it again`,
      404,
      '',
    );
  }
  const platforms = await platformsOf(registry, repository, manifest, built);
  return {
    digest,
    platform: [...platforms.keys()].join(','),
    platforms: Object.fromEntries([...platforms].map(([platform, own]) => [platform, own.digest])),
    // What one machine downloads: the largest of the platforms.
    sizeBytes: Math.max(0, ...[...platforms.values()].map((own) => own.sizeBytes)),
  };
}
