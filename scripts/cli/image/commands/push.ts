import { BadInput } from '../../bad-input';
import { refuseOverBudget } from '../engine/build-image';
import { earlierBuild, forgetBuild } from '../engine/built-image';
import { planImage, rememberBuilt } from '../plan/plan-image';
import { openOnline, type ProjectOptions } from '../project';
import { temporaryConfiguration } from '../registry/docker-config';
import { pinImage } from '../release/pin-image';
import { pushImage } from '../release/push-image';

interface Result {
  readonly name: string;
  readonly outcome: 'pushed' | 'pinned' | 'unchanged';
  readonly key: string;
  readonly tag: string;
  readonly digest: string;
  readonly previousDigest: string | null;
  readonly warnings: readonly string[];
}

/** Pushes what `build` left, under the tag of its key. Returns the exit code. */
export async function push(options: ProjectOptions): Promise<number> {
  const project = openOnline(options);
  const configuration = temporaryConfiguration();
  try {
    const results: Result[] = [];
    for (const image of project.images) {
      const planned = await planImage(image, project);
      const { key, tag } = planned.key;
      const at = earlierBuild(project.folder, image.name, key);
      if (!at && planned.digest === undefined) {
        throw new BadInput(
          `image ${image.name}: nothing was built for ${tag}; run warmpath image build ${image.name} first`,
        );
      }
      if (at) await refuseOverBudget(image, at, configuration.env);
      const previousDigest = project.lock[image.name]?.digest ?? null;
      const pushed = at
        ? await pushImage(image, tag, at, { registry: project.registry, client: configuration })
        : { digest: planned.digest ?? '', warnings: [] };
      if (at) rememberBuilt(project.folder, planned);
      forgetBuild(project.folder, image.name);
      results.push({
        name: image.name,
        outcome: at ? 'pushed' : 'unchanged',
        key,
        tag,
        previousDigest,
        ...pushed,
      });
    }
    report('push', results, options.json);
    return 0;
  } finally {
    configuration.remove();
  }
}

/** Pins what the registry has at the tags of the keys; builds nothing. Returns the exit code. */
export async function pin(options: ProjectOptions): Promise<number> {
  const project = openOnline(options);
  const results: Result[] = [];
  for (const image of project.images) {
    const planned = await planImage(image, project);
    const { key, tag } = planned.key;
    if (planned.digest === undefined) {
      throw new BadInput(
        `image ${image.name}: ${image.repository}:${tag} is not in the registry; run warmpath image release ${image.name}`,
      );
    }
    const previousDigest = project.lock[image.name]?.digest ?? null;
    const entry = await pinImage(planned, planned.digest, project);
    const outcome = previousDigest === entry.digest ? 'unchanged' : 'pinned';
    results.push({ name: image.name, outcome, key, tag, digest: entry.digest, previousDigest, warnings: [] });
  }
  report('pin', results, options.json);
  return 0;
}

/** Prints results of commands that change the registry or the lock. */
export function report(
  command: 'push' | 'pin' | 'rollback',
  results: readonly Result[],
  json: boolean,
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, command, images: results })}\n`);
    return;
  }
  for (const { name, outcome, tag, digest, warnings } of results) {
    process.stdout.write(`${outcome}  ${name}  ${tag}  ${digest}\n`);
    for (const warning of warnings) process.stdout.write(`         warning: ${warning}\n`);
  }
}
