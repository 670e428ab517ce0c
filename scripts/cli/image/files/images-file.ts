/** `images.json`: which images there are and how each is built. */

import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { jsonFault } from '../../../../lambdas/errors/json-fault';
import { didYouMean } from '../../../../lambdas/prewarm/engine/request/nearest';
import { BadInput } from '../../bad-input';
import { type Platform, parsePlatform } from '../key/platforms';
import { REFRESH_PERIODS, type Refresh } from '../key/refresh-period';
import { familiarName, parseReference } from '../registry/reference';

/** Argument of BuildKit for the times of files and of the image. */
const EPOCH_ARGUMENT = 'SOURCE_DATE_EPOCH';
/** 1980-01-01: the earliest time that a zip file can hold, so that few files are older. */
const EPOCH_SECONDS = '315532800';
const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const path = z.string().min(1);

const secret = z
  .strictObject({ id: z.string().min(1), src: path.optional(), env: z.string().min(1).optional() })
  .refine(({ src, env }) => (src === undefined) !== (env === undefined), 'give one of src and env');

const image = z.strictObject({
  repository: z.string().min(1),
  context: path.optional(),
  dockerfile: path.optional(),
  target: z.string().min(1).optional(),
  args: z
    .record(
      z.string().regex(/^\w+$/, 'no name of an argument; allowed: letters, digits, _'),
      z.union([z.string(), z.strictObject({ env: z.string().min(1) })]),
    )
    .optional(),
  platforms: z.array(z.string()).min(1).optional(),
  contexts: z.record(z.string().min(1), path).optional(),
  secrets: z.array(secret).optional(),
  ssh: z.array(z.string().min(1)).optional(),
  tags: z.array(z.string().regex(TAG, 'a tag: letters, digits, _ . -, at most 128')).optional(),
  volatileArgs: z.array(z.string()).optional(),
  refresh: z.enum(REFRESH_PERIODS).optional(),
  budgetBytes: z.number().int().positive().optional(),
  cache: z.string().min(1).optional(),
  reproducible: z.boolean().optional(),
});

const file = z.strictObject({
  images: z.record(
    z.string().regex(NAME, 'no name of an image; allowed: lower case letters, digits, - . _'),
    image,
  ),
});

/** The schema of the file, for editors. */
export const imagesFileSchema = file;

export type Secret = z.infer<typeof secret>;

export interface ImageDefinition {
  readonly name: string;
  /** Absolute path of the folder of `images.json`. */
  readonly folder: string;
  /** Registry and path, without tag. */
  readonly repository: string;
  /** Absolute path of the folder, links followed. */
  readonly context: string;
  /** Absolute path of the file. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  /** Those of the file, and where `reproducible` the time that steps see as `SOURCE_DATE_EPOCH`. */
  readonly args: ReadonlyMap<string, string>;
  /** Arguments whose value comes from a variable of the environment; never shown. */
  readonly hiddenArgs: ReadonlySet<string>;
  readonly platforms: readonly Platform[];
  /** By the short name that Docker compares; a folder as absolute path, or what was written. */
  readonly contexts: ReadonlyMap<string, string>;
  readonly secrets: readonly Secret[];
  readonly ssh: readonly string[];
  readonly tags: readonly string[];
  readonly volatileArgs: ReadonlySet<string>;
  readonly refresh: Refresh | undefined;
  readonly budgetBytes: number | undefined;
  /** Reference that holds the build cache. */
  readonly cache: string | undefined;
  readonly reproducible: boolean;
}

export interface ImagesFile {
  /** Absolute path. */
  readonly path: string;
  /** Folder that its paths are relative to. */
  readonly folder: string;
  readonly images: readonly ImageDefinition[];
}

/** @throws {BadInput} naming every field that cannot be used, and the nearest known name of one that is not known */
export function readImagesFile(given: string, env: NodeJS.ProcessEnv = process.env): ImagesFile {
  const absolute = resolve(given);
  // Read once: compiling a parser would take longer than parsing.
  const parsed = file.safeParse(parseJson(absolute, given), { jitless: true });
  if (!parsed.success)
    throw new BadInput(`${given}: ${parsed.error.issues.map(sentence).join(`\n${' '.repeat(10)}`)}`);
  const problems: string[] = [];
  const images = Object.entries(parsed.data.images).map(([name, written]) =>
    define(name, written, { folder: realPath(dirname(absolute)), env, problems }),
  );
  if (images.length === 0) problems.push('images: none; name at least one');
  if (problems.length > 0) throw new BadInput(`${given}: ${problems.join(`\n${' '.repeat(10)}`)}`);
  return { path: absolute, folder: realPath(dirname(absolute)), images };
}

/** The images of these names, or all of them. @throws {BadInput} for a name that is not in the file */
export function chooseImages(
  { images, path: where }: ImagesFile,
  names: readonly string[],
): readonly ImageDefinition[] {
  if (names.length === 0) return images;
  return names.map((name) => {
    const found = images.find((candidate) => candidate.name === name);
    if (found) return found;
    const known = images.map((candidate) => candidate.name);
    throw new BadInput(
      `image: got ${JSON.stringify(name)}; allowed, by ${where}: ${known.join(', ')}${meant(name, known)}`,
    );
  });
}

function parseJson(absolute: string, given: string): unknown {
  let text: string;
  try {
    text = readFileSync(absolute, 'utf8');
  } catch (cause) {
    throw new BadInput(`--file: ${given} cannot be read; give the path of an images.json`, { cause });
  }
  try {
    // Some editors begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // Without a cause: the parser's message quotes what is near, which may be a secret.
    throw new BadInput(`${given}: no JSON from ${jsonFault(text) ?? 'its beginning'} on; correct it`);
  }
}

const KNOWN_KEYS: readonly string[] = ['images', ...Object.keys(image.shape), ...Object.keys(secret.shape)];

function sentence(issue: z.core.$ZodIssue): string {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'invalid_key')
    return `${where}: ${issue.issues.map(({ message }) => message).join(', ')}`;
  if (issue.code !== 'unrecognized_keys')
    return `${where === '' ? 'the file' : where}: ${issue.message.replace(/^Invalid input: (.+), received undefined$/, 'missing; $1')}`;
  return issue.keys
    .map(
      (key) => `${[where, key].filter((part) => part !== '').join('.')}: not known${meant(key, KNOWN_KEYS)}`,
    )
    .join('; ');
}

function meant(word: string, known: readonly string[]): string {
  const suggestion = didYouMean(word, known, Math.max(1, Math.floor(word.length / 3)));
  return suggestion === undefined ? '' : `; ${suggestion}`;
}

interface Defining {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly problems: string[];
}

function define(
  name: string,
  written: z.infer<typeof image>,
  { folder, env, problems }: Defining,
): ImageDefinition {
  function wrong(field: string, text: string) {
    return problems.push(`images.${name}.${field}: ${text}`);
  }
  const reference = parseReference(written.repository);
  if (reference === undefined || reference.tag !== undefined || reference.digest !== undefined) {
    wrong(
      'repository',
      `got ${JSON.stringify(written.repository)}; allowed: a repository without tag and digest`,
    );
  }
  if (written.cache !== undefined && parseReference(written.cache) === undefined) {
    wrong(
      'cache',
      `got ${JSON.stringify(written.cache)}; allowed: an image reference such as REPOSITORY-cache:main`,
    );
  }
  const context = realPath(resolve(folder, written.context ?? '.'));
  if (!isFolder(context)) wrong('context', `${context} is no folder; create it or correct the path`);
  const args = new Map<string, string>();
  const hiddenArgs = new Set<string>();
  for (const [key, value] of Object.entries(written.args ?? {})) {
    if (typeof value === 'string') {
      args.set(key, value);
      continue;
    }
    hiddenArgs.add(key);
    const found = env[value.env];
    if (found === undefined) wrong(`args.${key}`, `the environment has no variable ${value.env}; set it`);
    else args.set(key, found);
  }
  const reproducible = written.reproducible ?? true;
  if (reproducible && args.has(EPOCH_ARGUMENT)) {
    wrong(`args.${EPOCH_ARGUMENT}`, 'reproducible fixes it; leave it out, or set reproducible to false');
  }
  if (reproducible) args.set(EPOCH_ARGUMENT, EPOCH_SECONDS);
  const platforms = (written.platforms ?? ['linux/amd64']).flatMap((text) => {
    const platform = parsePlatform(text);
    if (platform === undefined)
      wrong('platforms', `got ${JSON.stringify(text)}; allowed: such as linux/amd64 or linux/arm64`);
    return platform ?? [];
  });
  const contexts = new Map<string, string>();
  for (const [key, value] of Object.entries(written.contexts ?? {})) {
    const named = parseReference(key);
    if (named === undefined || key === 'scratch' || key === 'context') {
      wrong(
        `contexts.${key}`,
        'not a name of a context; allowed: the name of a stage or an image, in lower case',
      );
      continue;
    }
    const isRemote = /^(?:[a-z][a-z0-9+-]*:|git@)/.test(value);
    const place = isRemote ? value : realPath(resolve(folder, value));
    contexts.set(familiarName(named), place);
    if (!isRemote && !isFolder(place)) wrong(`contexts.${key}`, `${place} is no folder`);
  }
  return {
    name,
    folder,
    repository: written.repository,
    context,
    dockerfile: dockerfileOf(folder, context, written.dockerfile),
    target: written.target,
    args,
    hiddenArgs,
    platforms,
    contexts,
    secrets: (written.secrets ?? []).map((given) =>
      given.src ? { ...given, src: resolve(folder, given.src) } : given,
    ),
    ssh: written.ssh ?? [],
    tags: written.tags ?? [],
    volatileArgs: new Set(written.volatileArgs),
    refresh: written.refresh,
    budgetBytes: written.budgetBytes,
    cache: written.cache,
    reproducible,
  };
}

/** Relative to the file, or to the context where it is only there; without a path the context's own comes first. */
function dockerfileOf(folder: string, context: string, written: string | undefined): string {
  const folders = written === undefined ? [context, folder] : [folder, context];
  const candidates = folders.map((base) => resolve(base, written ?? 'Dockerfile'));
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0] ?? '';
}

/** The path without links on the way; as given where nothing is there. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function isFolder(candidate: string): boolean {
  return statSync(candidate, { throwIfNoEntry: false })?.isDirectory() === true;
}
