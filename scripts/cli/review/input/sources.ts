import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { BadInput } from '../../bad-input';
import { type DecodedText, decodeText } from './decode-text';

/** Where the plan of one stack is read from. */
export interface PlanSource {
  readonly name: string;
  readonly path: string;
}

const PLAN_FILE = /^(?:plan|tfplan|.+[.-](?:tf)?plan)\.json$/i;
const MAX_DEPTH = 4;

/** Returns the sources that arguments name: `PATH`, `NAME=PATH`, or `-` for standard input. */
export function sourcesOf(args: readonly string[]): readonly PlanSource[] {
  const sources = args.map((arg) => {
    const [, name, path] = /^([\w.-]+)=(.+)$/.exec(arg) ?? [];
    return name !== undefined && path !== undefined ? { name, path } : { name: stackName(arg), path: arg };
  });
  return withUniqueNames(sources);
}

/**
 * Returns every plan below a folder: files such as `plan.json` or `prod.plan.json`, or, where there is none, every JSON file
 * that lies in the folder itself.
 *
 * @throws BadInput where there is no plan
 */
export function sourcesBelow(folder: string): readonly PlanSource[] {
  let found: readonly string[];
  try {
    found = planFiles(folder, MAX_DEPTH);
    if (found.length === 0)
      found = readdirSync(folder)
        .filter(
          (name) => name.endsWith('.json') && !/^(?:cdk\.tf|manifest|package|package-lock)\.json$/.test(name),
        )
        .map((name) => join(folder, name));
  } catch (cause) {
    throw new BadInput(`--stacks ${folder}: no such folder; name the one that holds the plans`, { cause });
  }
  if (found.length === 0)
    throw new BadInput(
      `--stacks ${folder}: no plan below it; allowed files such as STACK/plan.json or STACK.plan.json`,
    );
  return withUniqueNames([...found].sort().map((path) => ({ name: stackName(path), path })));
}

function planFiles(folder: string, depth: number): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return PLAN_FILE.test(entry.name) ? [path] : [];
    const isWorthIt =
      entry.isDirectory() && depth > 0 && entry.name !== 'node_modules' && entry.name !== '.terraform';
    return isWorthIt ? planFiles(path, depth - 1) : [];
  });
}

/** `stacks/prewarm-prod/plan.json` is prewarm-prod, and so is `prewarm-prod.plan.json`. */
function stackName(path: string): string {
  if (path === '-') return 'stdin';
  const stem = basename(path).replace(/\.json$/i, '');
  const own = stem.replace(/(?:^|[.-])(?:tf)?plan$/i, '');
  return own !== '' ? own : basename(dirname(resolve(path))) || stem;
}

/** Stacks of one name are told apart by their paths. */
function withUniqueNames(sources: readonly PlanSource[]): readonly PlanSource[] {
  const counts = new Map<string, number>();
  for (const { name } of sources) counts.set(name, (counts.get(name) ?? 0) + 1);
  return sources.map((source) =>
    (counts.get(source.name) ?? 0) > 1
      ? { ...source, name: relative('', source.path) || source.name }
      : source,
  );
}

/** Larger documents do not fit the longest string of the runtime. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Returns the text of a source. Its bytes are let go of: those of a large plan take as much memory as the text.
 *
 * @throws BadInput where it cannot be read
 */
export function readText(source: PlanSource): DecodedText {
  return decodeText(readBytes(source));
}

function readBytes({ path }: PlanSource): Buffer {
  try {
    const size = path === '-' ? 0 : statSync(path).size;
    if (size > MAX_BYTES)
      throw new BadInput(`${path}: got ${size} bytes; allowed ${MAX_BYTES}; review fewer resources at once`);
    return readFileSync(path === '-' ? 0 : path);
  } catch (cause) {
    if (cause instanceof BadInput) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw new BadInput(`${path}: cannot be read (${code}); name a file with the JSON of a plan`, { cause });
  }
}
