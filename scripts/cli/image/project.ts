/** What every command of the group starts from: the images that are named, their lock, and their registries. */

import type { ImagesLock } from '../../../lambdas/locks/images-lock';
import { chooseImages, type ImageDefinition, readImagesFile } from './files/images-file';
import { readLock } from './files/images-lock';
import type { BaseImage, ImageNeed } from './key/base-image';
import { baseResolver } from './registry/base-images';
import { dockerCredentials } from './registry/credentials';
import { RegistryClient } from './registry/registry-client';

export interface ProjectOptions {
  /** Path of `images.json`. */
  readonly file: string;
  /** Names of images; empty = all of them. */
  readonly names: readonly string[];
  /** One JSON object on standard output. */
  readonly json: boolean;
  /** Asks no registry. */
  readonly offline?: boolean;
}

export interface Project {
  readonly folder: string;
  readonly images: readonly ImageDefinition[];
  readonly lock: ImagesLock;
  /** Absent offline. */
  readonly registry: RegistryClient | undefined;
  readonly resolveBase: (need: ImageNeed) => Promise<BaseImage>;
  readonly now: () => Date;
}

/** A project whose registries may be asked. */
export interface OnlineProject extends Project {
  readonly registry: RegistryClient;
}

/** @throws {BadInput} where the file, its lock or a name cannot be used */
export function openOnline(options: ProjectOptions): OnlineProject {
  const project = openProject({ ...options, offline: false });
  const { registry } = project;
  if (!registry) throw new Error('a project that is online has a registry');
  return { ...project, registry };
}

/** @throws {BadInput} where the file, its lock or a name cannot be used */
export function openProject({ file, names, offline }: ProjectOptions): Project {
  const images = readImagesFile(file);
  const registry = new RegistryClient(dockerCredentials());
  return {
    folder: images.folder,
    images: chooseImages(images, names),
    lock: readLock(images.folder),
    registry: offline ? undefined : registry,
    resolveBase: baseResolver(registry),
    now: () => new Date(),
  };
}
