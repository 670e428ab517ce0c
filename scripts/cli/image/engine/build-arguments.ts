/** Arguments of a build as flags of `docker`, and the values that only its environment holds: no list of processes shows them. */
import type { ImageDefinition } from '../files/images-file';

export function argumentFlags({ args, hiddenArgs }: ImageDefinition): readonly string[] {
  return [...args].flatMap(([name, value]) => [
    '--build-arg',
    hiddenArgs.has(name) ? name : `${name}=${value}`,
  ]);
}

/** Values that `images.json` takes from the environment, by the argument that they are for. */
export function hiddenArguments({ args, hiddenArgs }: ImageDefinition): NodeJS.ProcessEnv {
  return Object.fromEntries([...args].filter(([name]) => hiddenArgs.has(name)));
}
