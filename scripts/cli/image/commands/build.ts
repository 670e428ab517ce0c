import { buildImage } from '../engine/build-image';
import { builtJson, describeBuilt } from '../output/render-release';
import { planImage } from '../plan/plan-image';
import { openOnline, type ProjectOptions } from '../project';
import { temporaryConfiguration } from '../registry/docker-config';
import { modesChanged } from '../release/folder-modes';

/** Builds every image that is named, whatever the registry has, and keeps the result for `push`. Returns the exit code. */
export async function build(options: ProjectOptions): Promise<number> {
  const project = openOnline(options);
  const configuration = temporaryConfiguration();
  try {
    const results = [];
    for (const image of project.images) {
      const planned = await planImage(image, project);
      const withoutCache = modesChanged(planned, project.lock[image.name], project.folder);
      const built = await buildImage(planned, {
        folder: project.folder,
        client: configuration,
        withoutCache,
      });
      results.push({ ...built, name: image.name, tag: planned.key.tag, reproducible: image.reproducible });
      if (options.json) continue;
      const notes = built.warnings.map((warning) => `         warning: ${warning}`);
      process.stdout.write(
        `${[`built  ${image.name}  ${planned.key.tag}`, ...describeBuilt(built), ...notes].join('\n')}\n`,
      );
    }
    if (options.json) process.stdout.write(`${JSON.stringify(builtJson(results))}\n`);
    return 0;
  } finally {
    configuration.remove();
  }
}
