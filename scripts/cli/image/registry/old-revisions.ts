/** Task definitions that nothing uses any more: revisions of a family beyond its newest ones. */
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { ActiveRevision, TextsInUse } from './names-in-use';

export interface RevisionsPlan {
  readonly old: readonly ActiveRevision[];
  /** What is in use once the old revisions are gone. */
  readonly texts: TextsInUse;
}

/**
 * The revisions to deregister: those of families that name one of the repositories, beyond the newest `keep` of each. Never one
 * that a task or a deployment of a service has, nor one with a pinned image.
 */
export function planRevisions(
  texts: TextsInUse,
  keep: number,
  isOurs: (image: string) => boolean,
  isPinned: (image: string) => boolean,
): RevisionsPlan {
  const families = new Map<string, ActiveRevision[]>();
  for (const revision of texts.revisions)
    families.set(revision.family, [...(families.get(revision.family) ?? []), revision]);
  const old = [...families.values()]
    .filter((revisions) => revisions.some(({ images }) => images.some(isOurs)))
    .flatMap((revisions) => [...revisions].sort((a, b) => b.revision - a.revision).slice(keep))
    .filter(({ arn, images }) => !texts.usedRevisions.has(arn) && !images.some(isPinned));
  const gone = new Set(old.map(({ arn }) => arn));
  return { old, texts: { ...texts, revisions: texts.revisions.filter(({ arn }) => !gone.has(arn)) } };
}

export async function deregister(ecs: ECSClient, revisions: readonly ActiveRevision[]): Promise<void> {
  const { DeregisterTaskDefinitionCommand } =
    require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  for (const { arn } of revisions)
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
}
