/** Plan, build if needed, push, pin: may end anywhere and be run again, and leads to the same end. */
import { type BuiltImage, buildImage, refuseOverBudget } from '../engine/build-image';
import { type BuiltAt, earlierBuild, forgetBuild } from '../engine/built-image';
import type { ImageDefinition } from '../files/images-file';
import { inputGroups } from '../files/images-lock';
import { type PlannedImage, planImage, rememberBuilt } from '../plan/plan-image';
import type { OnlineProject } from '../project';
import type { ClientConfiguration } from '../registry/docker-config';
import { modesChanged } from './folder-modes';
import { pinImage } from './pin-image';
import { pushImage } from './push-image';

export type ReleaseOutcome = 'unchanged' | 'pinned' | 'built' | 'built-same-digest';

export interface Released {
  readonly planned: PlannedImage;
  readonly outcome: ReleaseOutcome;
  readonly digest: string;
  readonly previousDigest: string | undefined;
  readonly built: BuiltImage | undefined;
  readonly warnings: readonly string[];
}

export interface ReleaseSurroundings extends OnlineProject {
  readonly client: ClientConfiguration;
}

export async function releaseImage(
  image: ImageDefinition,
  surroundings: ReleaseSurroundings,
): Promise<Released> {
  const { folder, lock } = surroundings;
  const planned = await planImage(image, surroundings);
  const before = lock[image.name];
  const warnings = planned.warnings.map(({ reason }) => reason);
  if (planned.decision === 'skip' && planned.digest !== undefined) {
    const same =
      before?.digest === planned.digest && before.key === planned.key.key && before.repo === image.repository;
    const grouped =
      same && JSON.stringify(before.inputs) === JSON.stringify(sorted(inputGroups(planned.key.records)));
    if (!grouped) await pinImage(planned, planned.digest, surroundings);
    forgetBuild(folder, image.name);
    const outcome = same ? 'unchanged' : 'pinned';
    return {
      planned,
      outcome,
      digest: planned.digest,
      previousDigest: before?.digest,
      built: undefined,
      warnings,
    };
  }
  const { at, built } = await builtOrEarlier(planned, surroundings);
  const pushed = await pushImage(image, planned.key.tag, at, surroundings);
  await pinImage(planned, pushed.digest, surroundings);
  rememberBuilt(folder, planned);
  forgetBuild(folder, image.name);
  return {
    planned,
    outcome: before?.digest === pushed.digest ? 'built-same-digest' : 'built',
    digest: pushed.digest,
    previousDigest: before?.digest,
    built,
    warnings: [...warnings, ...(built?.warnings ?? []), ...pushed.warnings],
  };
}

/** Builds, unless an earlier run has built this very key and ended before it could push. */
async function builtOrEarlier(
  planned: PlannedImage,
  { folder, client, lock }: ReleaseSurroundings,
): Promise<{ readonly at: BuiltAt; readonly built: BuiltImage | undefined }> {
  const earlier = earlierBuild(folder, planned.image.name, planned.key.key);
  if (earlier) {
    await refuseOverBudget(planned.image, earlier, client.env);
    return { at: earlier, built: undefined };
  }
  const withoutCache = modesChanged(planned, lock[planned.image.name], folder);
  const built = await buildImage(planned, { folder, client, withoutCache });
  return { at: built.at, built };
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
