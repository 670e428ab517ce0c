/** Rules by which ECR expires images by itself. It knows nothing of tasks: what is in use must be shielded by a tag. */

export interface LifecycleProps {
  /** Images under the tags of keys (`k-…`) that are kept, newest first. @default 50 */
  readonly keptKeys?: number;
  /** Days until an image without any tag goes. @default 7 */
  readonly untaggedDays?: number;
}

/** Prefixes of tags that no rule touches. */
export const SHIELDED_TAGS = ['live-*', 'keep-*'] as const;

/**
 * An image that a rule with a higher priority selects is out of reach of the rules below it. The shield therefore
 * comes first, and expires nothing: its count is larger than any repository.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
const MORE_THAN_ANY_REPOSITORY_HAS = 100_000;

/** Policy of the repository of images, as JSON. */
export function imageLifecycle({ keptKeys = 50, untaggedDays = 7 }: LifecycleProps): string {
  const shields = SHIELDED_TAGS.map((pattern, index) =>
    rule(index + 1, `keep ${pattern}`, {
      tagStatus: 'tagged',
      tagPatternList: [pattern],
      countType: 'imageCountMoreThan',
      countNumber: MORE_THAN_ANY_REPOSITORY_HAS,
    }),
  );
  return policy([
    ...shields,
    rule(shields.length + 1, `the newest ${keptKeys} of k-*`, {
      tagStatus: 'tagged',
      tagPatternList: ['k-*'],
      countType: 'imageCountMoreThan',
      countNumber: keptKeys,
    }),
    untagged(shields.length + 2, untaggedDays),
  ]);
}

/** Policy of the repository of the build cache, as JSON: each export leaves the one before without a tag. */
export function cacheLifecycle({ untaggedDays = 7 }: LifecycleProps): string {
  return policy([untagged(1, untaggedDays)]);
}

function untagged(priority: number, days: number): object {
  return rule(priority, `untagged for ${days} days`, {
    tagStatus: 'untagged',
    countType: 'sinceImagePushed',
    countUnit: 'days',
    countNumber: days,
  });
}

function rule(rulePriority: number, description: string, selection: object): object {
  return { rulePriority, description, selection, action: { type: 'expire' } };
}

function policy(rules: readonly object[]): string {
  return JSON.stringify({ rules });
}
