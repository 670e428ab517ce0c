/** Uploads an image from an OCI layout: the layers that the registry lacks, then the manifests, without a tag. */
import type { LayoutImage } from '../engine/oci-layout';
import type { ImageReference } from './reference';
import type { RegistryClient } from './registry-client';

type Repository = Pick<ImageReference, 'registry' | 'path'>;

/** Layers of one image that are under way at the same time. */
const PARALLEL = 3;

/** @throws {RegistryError} where the registry refuses, or fails more often than is retried */
export async function uploadImage(
  client: RegistryClient,
  repository: Repository,
  image: LayoutImage,
): Promise<void> {
  const waiting = [...image.blobs];
  async function work(): Promise<void> {
    for (let blob = waiting.shift(); blob; blob = waiting.shift()) {
      if (await client.hasBlob(repository, blob.digest)) continue;
      await client.uploadBlob(repository, blob);
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work));
  // Children before their index: a registry refuses an index whose manifests it does not have.
  for (const manifest of image.manifests) await client.putManifest(repository, manifest.digest, manifest);
}
