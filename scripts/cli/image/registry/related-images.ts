/** Which images of an ECR repository belong together: an index and its platforms, an image and what refers to it. */
import type { ECRClient, ImageDetail } from '@aws-sdk/client-ecr';
import * as z from 'zod';
import { unreadable } from './names-in-use';

export interface Related {
  /** Digests of an index's manifests. */
  readonly children: readonly string[];
  /** Digests of the images that this one is about, such as those that it signs. */
  readonly subjects: readonly string[];
}

const IMAGES_PER_CALL = 100;
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
/** Tags under which signatures, attestations and lists of referrers are kept where a registry knows no referrers. */
const SUBJECT_TAG = /^sha256-([0-9a-f]{64})(?:\.\w+)?$/;

const descriptor = z.looseObject({ digest: z.string() });
const manifest = z.looseObject({
  manifests: z.array(descriptor).optional(),
  subject: descriptor.optional(),
});

/**
 * By digest. An image that ECR lists and does not give, such as an archived one, is absent.
 *
 * @throws {WarmpathError} where a manifest cannot be read
 */
export async function relatedImages(
  ecr: ECRClient,
  repositoryName: string,
  details: readonly ImageDetail[],
): Promise<ReadonlyMap<string, Related>> {
  const { BatchGetImageCommand } = require('@aws-sdk/client-ecr') as typeof import('@aws-sdk/client-ecr');
  const manifests = new Map<string, z.infer<typeof manifest>>();
  for (let at = 0; at < details.length; at += IMAGES_PER_CALL) {
    const asked = details.slice(at, at + IMAGES_PER_CALL);
    const imageIds = asked.map(({ imageDigest }) => ({ imageDigest }));
    const { images = [], failures = [] } = await ecr.send(
      new BatchGetImageCommand({ repositoryName, imageIds, acceptedMediaTypes: MANIFEST_TYPES }),
    );
    const absent = new Set(
      failures
        .filter(({ failureCode }) => failureCode === 'ImageNotFound')
        .map(({ imageId }) => imageId?.imageDigest),
    );
    for (const { imageId, imageManifest } of images) {
      if (imageId?.imageDigest !== undefined && imageManifest !== undefined)
        manifests.set(imageId.imageDigest, parsed(imageManifest, `${repositoryName}@${imageId.imageDigest}`));
    }
    for (const { imageDigest = '' } of asked) {
      if (manifests.has(imageDigest) || absent.has(imageDigest)) continue;
      const code = failures.find(({ imageId }) => imageId?.imageDigest === imageDigest)?.failureCode;
      throw unreadable(`${repositoryName}@${imageDigest}${code === undefined ? '' : ` (${code})`}`);
    }
  }
  return new Map(
    details.flatMap(({ imageDigest = '', imageTags = [] }) => {
      const found = manifests.get(imageDigest);
      if (!found) return [];
      const named = imageTags.flatMap((tag) => SUBJECT_TAG.exec(tag)?.[1] ?? []);
      const subjects = [
        ...(found.subject ? [found.subject.digest] : []),
        ...named.map((hex) => `sha256:${hex}`),
      ];
      return [[imageDigest, { children: (found.manifests ?? []).map(({ digest }) => digest), subjects }]];
    }),
  );
}

/** The digests that stay because others stay: what kept indexes consist of, and what is about something kept. */
export function withRelated(
  named: ReadonlySet<string>,
  related: ReadonlyMap<string, Related>,
): ReadonlySet<string> {
  const kept = new Set(named);
  for (let before = -1; before !== kept.size; ) {
    before = kept.size;
    for (const [digest, { children, subjects }] of related) {
      if (subjects.some((subject) => kept.has(subject))) kept.add(digest);
      if (kept.has(digest)) for (const child of children) kept.add(child);
    }
  }
  return kept;
}

function parsed(text: string, what: string): z.infer<typeof manifest> {
  try {
    return manifest.parse(JSON.parse(text));
  } catch (error) {
    throw unreadable(what, error);
  }
}
