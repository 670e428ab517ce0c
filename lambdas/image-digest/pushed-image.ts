import * as z from 'zod/mini';

/** A finished push to ECR. @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
export const imagePush = z.object({
  'detail-type': z.literal('ECR Image Action'),
  detail: z.object({
    'action-type': z.string(),
    result: z.string(),
    'repository-name': z.string(),
    'image-digest': z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
    'image-tag': z.optional(z.string()),
  }),
});

export type ImagePush = z.infer<typeof imagePush>;

/**
 * The pinned reference of a tagged image that was pushed to the repository; `undefined` for other events. Images without
 * a tag are the platforms of an index, whose own push follows.
 */
export function pushedReference(repositoryUrl: string, { detail }: ImagePush): string | undefined {
  const isTaggedPush =
    detail['action-type'] === 'PUSH' && detail.result === 'SUCCESS' && (detail['image-tag'] ?? '') !== '';
  const isOurs = repositoryUrl.slice(repositoryUrl.indexOf('/') + 1) === detail['repository-name'];
  return isTaggedPush && isOurs ? `${repositoryUrl}@${detail['image-digest']}` : undefined;
}
