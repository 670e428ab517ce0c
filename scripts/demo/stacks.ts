import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

/** What a synthesized stack holds. */
export interface StackContent {
  readonly name: string;
  readonly resourceCount: number;
  /** Resources by type without the provider's prefix, most frequent first. */
  readonly types: readonly (readonly [type: string, count: number])[];
}

const synthesized = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

const run = promisify(execFile);

/**
 * Runs the app, which writes every stack of every environment to `cdktf.out`.
 * Throws with what the app printed where a stack is wrong.
 */
export const synthesize = async (root: string): Promise<readonly StackContent[]> => {
  await run(process.execPath, ['--require', 'tsx/cjs', 'main.ts'], { cwd: root });
  const folder = join(root, 'cdktf.out', 'stacks');
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map((name) => readStack(name, join(folder, name, 'cdk.tf.json'))));
};

const readStack = async (name: string, file: string): Promise<StackContent> => {
  const { resource } = synthesized.parse(JSON.parse(await readFile(file, 'utf8')));
  const types = Object.entries(resource)
    .map(([type, instances]) => [type.replace(/^aws_/, ''), Object.keys(instances).length] as const)
    .sort(([a, countA], [b, countB]) => countB - countA || a.localeCompare(b));
  return { name, resourceCount: types.reduce((sum, [, count]) => sum + count, 0), types };
};

/** The types with their counts, as many as fit into `width` columns. */
export const describeTypes = (types: StackContent['types'], width: number): string => {
  let text = '';
  for (const [index, [type, count]] of types.entries()) {
    const part = `${text === '' ? '' : ', '}${count > 1 ? `${count} ` : ''}${type}`;
    const more = `, and ${types.length - index} more types`;
    const isLast = index === types.length - 1;
    if (text.length + part.length + (isLast ? 0 : more.length) > width) return text + more;
    text += part;
  }
  return text;
};
