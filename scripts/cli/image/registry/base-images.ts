/** Looks up the images that a build starts from: the digest for one platform, and the configuration that the key needs. */
import * as z from 'zod';
import type { BaseImage, ImageNeed } from '../key/base-image';
import { formatPlatform, parsePlatform } from '../key/platforms';
import type { Manifest } from './content';
import { type ImageReference, parseReference } from './reference';
import { type RegistryClient, RegistryError } from './registry-client';

const platform = z.looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() });

const index = z.looseObject({
  manifests: z.array(z.looseObject({ digest: z.string(), platform: platform.optional() })),
});

const singleManifest = z.looseObject({
  config: z.looseObject({ digest: z.string(), size: z.number().optional() }),
  layers: z.array(z.looseObject({ size: z.number() })),
});

const configuration = z.looseObject({
  config: z
    .looseObject({
      Env: z.array(z.string()).nullish(),
      WorkingDir: z.string().nullish(),
      User: z.string().nullish(),
      OnBuild: z.array(z.string()).nullish(),
    })
    .nullish(),
});

/** One image of a repository: its manifest for a platform. */
export interface PlatformManifest {
  readonly digest: string;
  /** What is downloaded for it, configuration included. */
  readonly sizeBytes: number;
  readonly configDigest: string;
}

/** A function that looks images up, each once. */
export function baseResolver(client: RegistryClient): (need: ImageNeed) => Promise<BaseImage> {
  const known = new Map<string, Promise<BaseImage>>();
  return (need) => {
    const key = `${need.reference} ${need.platform}`;
    const found = known.get(key) ?? resolveBase(client, need);
    known.set(key, found);
    return found;
  };
}

async function resolveBase(client: RegistryClient, need: ImageNeed): Promise<BaseImage> {
  const reference = parseReference(need.reference);
  if (!reference) throw new RegistryError(`base ${need.reference}: no image reference`, undefined, '');
  const manifest = await client.manifest(reference, reference.digest ?? reference.tag ?? 'latest');
  if (!manifest) {
    throw new RegistryError(
      `base ${need.reference}: not in its registry; push it there, or correct the name`,
      404,
      'MANIFEST_UNKNOWN',
    );
  }
  const chosen = await manifestFor(client, reference, manifest, need);
  const { config } = configuration.parse(
    JSON.parse((await client.blob(reference, chosen.configDigest)).toString('utf8')),
  );
  return {
    digest: chosen.digest,
    rootDigest: manifest.digest,
    env: config?.Env ?? [],
    workingDir: config?.WorkingDir ?? '',
    user: config?.User ?? '',
    onBuild: config?.OnBuild ?? [],
  };
}

async function manifestFor(
  client: RegistryClient,
  reference: ImageReference,
  manifest: Manifest,
  need: ImageNeed,
): Promise<PlatformManifest> {
  const listed = index.safeParse(JSON.parse(manifest.body.toString('utf8')));
  if (!listed.success) return describeManifest(manifest, need.reference);
  const offered = listed.data.manifests.map((entry) => ({
    digest: entry.digest,
    platform: entry.platform
      ? normal([entry.platform.os, entry.platform.architecture, entry.platform.variant])
      : '',
  }));
  for (const wanted of acceptable(need.platform)) {
    const match = offered.find((entry) => entry.platform === wanted);
    if (!match) continue;
    const own = await client.manifest(reference, match.digest);
    if (own) return describeManifest(own, need.reference);
  }
  const names = offered
    .map((entry) => entry.platform)
    .filter((name) => name !== '' && !name.startsWith('unknown/'));
  throw new RegistryError(
    `base ${need.reference}: no image for ${need.platform} (there: ${names.join(', ') || 'none'}); choose one of these platforms, or another base`,
    404,
    'MANIFEST_UNKNOWN',
  );
}

function normal(parts: readonly (string | undefined)[]): string {
  const text = parts.filter((part) => part !== undefined && part !== '').join('/');
  const parsed = parsePlatform(text);
  return parsed ? formatPlatform(parsed) : text;
}

/** A platform and, after it, the older ones of the same processor that run on it, as the builder chooses. */
function acceptable(wanted: string): readonly string[] {
  switch (wanted) {
    case 'linux/arm64':
      return [wanted, 'linux/arm/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5'];
    case 'linux/arm/v7':
      return [wanted, 'linux/arm/v6', 'linux/arm/v5'];
    case 'linux/amd64':
      return [wanted, 'linux/386'];
    default:
      return [wanted];
  }
}

function describeManifest({ digest, body }: Manifest, name: string): PlatformManifest {
  const parsed = singleManifest.safeParse(JSON.parse(body.toString('utf8')));
  if (!parsed.success) {
    throw new RegistryError(
      `${name}: a manifest of an old or unknown form; push the image again with a current Docker`,
      undefined,
      '',
    );
  }
  const { config, layers } = parsed.data;
  return {
    digest,
    configDigest: config.digest,
    sizeBytes: layers.reduce((sum, layer) => sum + layer.size, config.size ?? 0),
  };
}

/** Each platform of an image in the registry; a manifest without an index stands for the one platform that was built. */
export async function platformsOf(
  client: RegistryClient,
  reference: ImageReference,
  manifest: Manifest,
  built: readonly string[],
): Promise<ReadonlyMap<string, PlatformManifest>> {
  const listed = index.safeParse(JSON.parse(manifest.body.toString('utf8')));
  if (!listed.success)
    return new Map([[built[0] ?? 'linux/amd64', describeManifest(manifest, reference.path)]]);
  const found = new Map<string, PlatformManifest>();
  for (const entry of listed.data.manifests) {
    if (!entry.platform || entry.platform.os === 'unknown') continue;
    const own = await client.manifest(reference, entry.digest);
    if (!own) continue;
    found.set(
      normal([entry.platform.os, entry.platform.architecture, entry.platform.variant]),
      describeManifest(own, reference.path),
    );
  }
  return found;
}
