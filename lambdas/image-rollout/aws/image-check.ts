/** Whether an image can be pulled from ECR, for the platform of the hosts, and how many bytes that is. */
import {
  BatchGetImageCommand,
  type ECRClient,
  GetDownloadUrlForLayerCommand,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import * as z from 'zod/mini';
import type { Reference } from '../plan/documents';
import type { ImageCheck } from '../plan/state';

const ECR_REFERENCE = /^(\d{12})\.dkr[.-]ecr[a-z0-9.-]*\/([^@]+)@(sha256:[0-9a-f]{64})$/;
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

const platform = z.object({ os: z.string(), architecture: z.string() });
const index = z.object({
  manifests: z.array(z.object({ digest: z.string(), platform: z.optional(platform) })),
});
const manifest = z.object({
  config: z.object({ digest: z.string(), size: z.optional(z.number()) }),
  layers: z.array(z.object({ size: z.number() })),
});

export interface ImageNeeds {
  /** Such as `linux/arm64`. */
  readonly platform: string;
  readonly limitBytes: number;
}

interface Repository {
  readonly registryId: string;
  readonly repositoryName: string;
}

async function readManifest(
  client: ECRClient,
  repository: Repository,
  imageDigest: string,
): Promise<unknown> {
  try {
    const { images = [] } = await client.send(
      new BatchGetImageCommand({ ...repository, imageIds: [{ imageDigest }], acceptedMediaTypes: MANIFESTS }),
    );
    const text = images[0]?.imageManifest;
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof RepositoryNotFoundException) return undefined;
    throw error;
  }
}

/** The platform of an image without an index stands in its configuration, which is a blob. */
async function platformOf(
  client: ECRClient,
  repository: Repository,
  layerDigest: string,
): Promise<string | undefined> {
  const { downloadUrl = '' } = await client.send(
    new GetDownloadUrlForLayerCommand({ ...repository, layerDigest }),
  );
  const answer = await fetch(downloadUrl, { signal: AbortSignal.timeout(10_000) });
  const parsed = platform.safeParse(await answer.json());
  return parsed.success ? `${parsed.data.os}/${parsed.data.architecture}` : undefined;
}

/** Asks ECR; a reference of another registry is left unchecked. */
export async function checkImage(
  client: ECRClient,
  reference: Reference,
  needs: ImageNeeds,
): Promise<ImageCheck> {
  const [, registryId, repositoryName, digest] = ECR_REFERENCE.exec(reference) ?? [];
  if (registryId === undefined || repositoryName === undefined || digest === undefined)
    return { kind: 'unchecked' };
  const repository = { registryId, repositoryName };
  const top = await readManifest(client, repository, digest);
  if (top === undefined) return { kind: 'refused', reason: 'digest-missing' };
  const several = index.safeParse(top);
  const child = several.success
    ? several.data.manifests.find(
        ({ platform: of }) => of !== undefined && `${of.os}/${of.architecture}` === needs.platform,
      )
    : undefined;
  if (several.success && child === undefined) return { kind: 'refused', reason: 'wrong-platform' };
  const single = manifest.safeParse(
    child === undefined ? top : await readManifest(client, repository, child.digest),
  );
  if (!single.success) return { kind: 'refused', reason: 'digest-missing' };
  const { config, layers } = single.data;
  if (child === undefined) {
    const found = await platformOf(client, repository, config.digest);
    if (found !== undefined && found !== needs.platform) return { kind: 'refused', reason: 'wrong-platform' };
  }
  const sizeBytes = layers.reduce((sum, { size }) => sum + size, 0);
  return sizeBytes > needs.limitBytes ? { kind: 'refused', reason: 'too-large' } : { kind: 'ok', sizeBytes };
}
