import { printReleased, releasedJson } from '../output/render-release';
import { type OnlineProject, openOnline, type ProjectOptions } from '../project';
import { temporaryConfiguration } from '../registry/docker-config';
import { parseReference } from '../registry/reference';
import { type Released, releaseImage } from '../release/release-image';

/** Plans, builds what must be built, pushes it and pins it in the lock. Returns the exit code. */
export async function release(options: ProjectOptions): Promise<number> {
  const project = openOnline(options);
  const configuration = temporaryConfiguration(registriesOf(project));
  try {
    const released: Released[] = [];
    for (const image of project.images) {
      released.push(await releaseImage(image, { ...project, env: configuration.env }));
      if (!options.json) printReleased(released.at(-1));
    }
    if (options.json) process.stdout.write(`${JSON.stringify(releasedJson('release', released))}\n`);
    return 0;
  } finally {
    configuration.remove();
  }
}

/** Every registry that builds of a project may ask. */
export function registriesOf({ images }: OnlineProject): readonly string[] {
  const references = images.flatMap(({ repository, cache }) => [
    repository,
    ...(cache === undefined ? [] : [cache]),
  ]);
  return [...new Set(references.flatMap((text) => parseReference(text)?.registry ?? []))];
}
