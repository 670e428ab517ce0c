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

/** What a push moved. Its digest is left out: an event that comes late tells what the tag named then. */
export interface PushedTag {
  readonly repositoryName: string;
  readonly tag: string;
}

/**
 * Returns the tag that was pushed to the repository; `undefined` for other events. Images without a tag are the platforms of an
 * index, whose own push follows.
 */
export function pushedTag(repositoryUrl: string, { detail }: ImagePush): PushedTag | undefined {
  const { 'repository-name': repositoryName, 'image-tag': tag = '' } = detail;
  const isTaggedPush = detail['action-type'] === 'PUSH' && detail.result === 'SUCCESS' && tag !== '';
  const isOurs = repositoryUrl.slice(repositoryUrl.indexOf('/') + 1) === repositoryName;
  return isTaggedPush && isOurs ? { repositoryName, tag } : undefined;
}
