/** An image as BuildKit writes it into a folder (OCI image layout). */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { LocalBlob, Manifest } from '../registry/content';

const descriptor = z.looseObject({ digest: z.string(), size: z.number(), mediaType: z.string() });
const layoutIndex = z.looseObject({ manifests: z.array(descriptor).min(1) });
const anyManifest = z.looseObject({
  manifests: z.array(descriptor).optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
});

export interface LayoutImage {
  readonly digest: string;
  /** Layers and configurations, each once. */
  readonly blobs: readonly LocalBlob[];
  /** Children first, the image itself last. */
  readonly manifests: readonly Manifest[];
  /** Layers of each manifest, in order. */
  readonly layers: readonly (readonly LocalBlob[])[];
}

export function readLayout(folder: string): LayoutImage {
  const [root] = layoutIndex.parse(readJson(join(folder, 'index.json'))).manifests;
  if (!root) throw new Error('a layout without an image');
  const blobs = new Map<string, LocalBlob>();
  const manifests: Manifest[] = [];
  const layers: LocalBlob[][] = [];
  function blobOf(digest: string): LocalBlob {
    const file = join(folder, 'blobs', digest.replace(':', '/'));
    const blob = { digest, file, sizeBytes: statSync(file).size };
    blobs.set(digest, blob);
    return blob;
  }
  function visit(digest: string, mediaType: string): void {
    const body = readFileSync(join(folder, 'blobs', digest.replace(':', '/')));
    const parsed = anyManifest.parse(JSON.parse(body.toString('utf8')));
    for (const child of parsed.manifests ?? []) visit(child.digest, child.mediaType);
    if (parsed.config) blobOf(parsed.config.digest);
    if (parsed.layers) layers.push(parsed.layers.map((layer) => blobOf(layer.digest)));
    manifests.push({ digest, mediaType, body });
  }
  visit(root.digest, root.mediaType);
  return { digest: root.digest, blobs: [...blobs.values()], manifests, layers };
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
