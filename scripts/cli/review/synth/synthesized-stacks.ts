import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { filesBelow } from '../../../files-below';
import { BadInput } from '../../bad-input';
import { isObject } from '../model/json-value';
import type { StackConfiguration } from './configuration-plan';

/** One stack of a synthesis output. */
export interface SynthesizedStack {
  readonly configuration: StackConfiguration;
  /** Digest of every file beside the configuration: assets such as zips of functions. */
  readonly assets: string;
}

/**
 * Returns the stacks of a synthesis output by name: below `stacks/`, in folders, or the folder itself.
 *
 * @throws BadInput where there is none, or one that is no JSON
 */
export function readSynthesizedStacks(folder: string): ReadonlyMap<string, SynthesizedStack> {
  const roots = [join(folder, 'stacks'), folder].filter((root) => existsSync(root));
  const folders = roots.flatMap((root) =>
    readdirSync(root, { withFileTypes: true })
      .filter((item) => item.isDirectory() && existsSync(join(root, item.name, 'cdk.tf.json')))
      .map((item) => join(root, item.name)),
  );
  const found = folders.length > 0 ? folders : existsSync(join(folder, 'cdk.tf.json')) ? [folder] : [];
  if (found.length === 0)
    throw new BadInput(
      `--synth ${folder}: no stack in it; name a folder that cdktf synth wrote, or a git revision`,
    );
  return new Map(found.map((stack) => [basename(stack), readStack(stack)]));
}

function readStack(folder: string): SynthesizedStack {
  const path = join(folder, 'cdk.tf.json');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new BadInput(`${path}: cannot be read as JSON; synthesize the stack again`, { cause });
  }
  if (!isObject(value)) throw new BadInput(`${path}: got JSON that is no object; synthesize the stack again`);
  return { configuration: value, assets: digestOfAssets(folder) };
}

function digestOfAssets(folder: string): string {
  const hash = createHash('sha256');
  const files = filesBelow(folder).filter(
    (path) => !['cdk.tf.json', 'plan.json'].includes(basename(path)) && !path.includes('/.terraform/'),
  );
  for (const path of files)
    hash.update(`${relative(folder, path)}\n${statSync(path).size}\n`).update(readFileSync(path));
  return hash.digest('hex');
}
