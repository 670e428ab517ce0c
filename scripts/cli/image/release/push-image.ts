/** Puts a built image into its registry under the tag of its key; whoever comes first wins. */

import { BadInput } from '../../bad-input';
import type { BuiltAt } from '../engine/built-image';
import { docker } from '../engine/docker-process';
import { readLayout } from '../engine/oci-layout';
import type { ImageDefinition } from '../files/images-file';
import type { ClientConfiguration } from '../registry/docker-config';
import { type ImageReference, parseReference } from '../registry/reference';
import { type RegistryClient, RegistryError } from '../registry/registry-client';
import { uploadImage } from '../registry/upload-image';

export interface PushSurroundings {
  readonly registry: RegistryClient;
  readonly client: ClientConfiguration;
}

export interface PushedImage {
  /** As the registry has it. */
  readonly digest: string;
  readonly warnings: readonly string[];
}

/** A tag that exists and may not be moved, in the words of registries and of `docker push`. */
const TAG_TAKEN = /TAG[_ ]INVALID|ImageTagAlreadyExists|ImageAlreadyExists|TAG[_ ]ALREADY[_ ]EXISTS/i;

/** @throws {RegistryError} where the registry refuses, or has another image than it said */
export async function pushImage(
  image: ImageDefinition,
  tag: string,
  at: BuiltAt,
  { registry, client }: PushSurroundings,
): Promise<PushedImage> {
  const repository = repositoryOfImage(image);
  const there = await registry.digest(repository, tag);
  if (there === undefined) {
    if ('layout' in at) await pushLayout(registry, repository, tag, at.layout);
    else await pushFromEngine(image, tag, at.engineTag, client);
  }
  const digest = there ?? (await registry.digest(repository, tag));
  if (digest === undefined) {
    throw new RegistryError(
      `${image.repository}:${tag}: nothing can be pulled by the pushed tag, as where ECR has archived an earlier image of it; restore or delete that one, then push again`,
      404,
      '',
    );
  }
  return { digest, warnings: await pushTags(registry, repository, image, digest) };
}

export function repositoryOfImage({ name, repository }: ImageDefinition): ImageReference {
  const reference = parseReference(repository);
  if (!reference) throw new BadInput(`image ${name}: repository ${repository} is no repository`);
  return reference;
}

async function pushLayout(
  client: RegistryClient,
  repository: ImageReference,
  tag: string,
  layout: string,
): Promise<void> {
  const image = readLayout(layout);
  await uploadImage(client, repository, image);
  const root = image.manifests.at(-1);
  if (root) await tagUnlessTaken(client, repository, tag, root);
}

async function tagUnlessTaken(
  client: RegistryClient,
  repository: ImageReference,
  tag: string,
  manifest: Parameters<RegistryClient['putManifest']>[2],
): Promise<'tagged' | 'taken'> {
  // Another runner may have come first while the layers were under way.
  if ((await client.digest(repository, tag)) !== undefined) return 'taken';
  try {
    await client.putManifest(repository, tag, manifest);
    return 'tagged';
  } catch (error) {
    if (error instanceof RegistryError && TAG_TAKEN.test(`${error.reason} ${error.message}`)) return 'taken';
    throw error;
  }
}

/** The classic image store writes no layout, so that its own client pushes. */
async function pushFromEngine(
  image: ImageDefinition,
  tag: string,
  engineTag: string,
  { env, logInTo }: ClientConfiguration,
): Promise<void> {
  const reference = `${image.repository}:${tag}`;
  logInTo([reference]);
  await docker(['tag', engineTag, reference], { env });
  try {
    await docker(['push', '--quiet', reference], { env });
  } catch (error) {
    // The caller reads what the registry has, if it was another runner that came first.
    if (!(error instanceof Error && TAG_TAKEN.test(error.message))) throw error;
  }
}

/** The other tags of `images.json`. One that is taken and may not move is told, not forced. */
async function pushTags(
  client: RegistryClient,
  repository: ImageReference,
  image: ImageDefinition,
  digest: string,
): Promise<readonly string[]> {
  const manifest = image.tags.length === 0 ? undefined : await client.manifest(repository, digest);
  const warnings: string[] = [];
  for (const tag of image.tags) {
    if (!manifest || (await client.digest(repository, tag)) === digest) continue;
    try {
      await client.putManifest(repository, tag, manifest);
    } catch (error) {
      if (!(error instanceof RegistryError && TAG_TAKEN.test(`${error.reason} ${error.message}`)))
        throw error;
      warnings.push(`tag ${tag} names another image and cannot be moved in this repository`);
    }
  }
  return warnings;
}
