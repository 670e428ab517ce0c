import { printReleased, releasedJson } from '../output/render-release';
import { openOnline, type ProjectOptions } from '../project';
import { temporaryConfiguration } from '../registry/docker-config';
import { type Released, releaseImage } from '../release/release-image';

/** Plans, builds what must be built, pushes it and pins it in the lock. Returns the exit code. */
export async function release(options: ProjectOptions): Promise<number> {
  const project = openOnline(options);
  const configuration = temporaryConfiguration();
  try {
    const released: Released[] = [];
    for (const image of project.images) {
      released.push(await releaseImage(image, { ...project, client: configuration }));
      if (!options.json) printReleased(released.at(-1));
    }
    if (options.json) process.stdout.write(`${JSON.stringify(releasedJson('release', released))}\n`);
    return 0;
  } finally {
    configuration.remove();
  }
}
