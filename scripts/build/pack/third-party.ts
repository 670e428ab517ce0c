import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Metafile } from 'esbuild';
import * as z from 'zod';
import { repositoryRoot } from '../functions';
import { PackError } from './run';

/** A package of npm whose code is inside what is handed out. */
export interface IncludedPackage {
  /** From the root of the repository, as the lock file names it: `node_modules/…`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
}

type Outputs = Readonly<
  Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
>;

const PACKAGE_FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)\b/i;
const RULE = '-'.repeat(80);

const packageFile = z.object({ name: z.string(), version: z.string(), license: z.string() });
const dataFile = z.object({ source: z.unknown().optional(), notices: z.array(z.string()).optional() });

/** Returns the packages of which code got into these outputs of esbuild, sorted by name. */
export function packagesIn(outputs: Outputs): readonly IncludedPackage[] {
  const paths = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? (PACKAGE_FOLDER.exec(path) ?? []) : [],
    ),
  );
  return joined(paths.map(packageAt));
}

/** As `packagesIn`, of several bundles together. */
export function packagesInAll(metafiles: readonly Pick<Metafile, 'outputs'>[]): readonly IncludedPackage[] {
  return joined(metafiles.flatMap(({ outputs }) => packagesIn(outputs)));
}

function joined(packages: readonly IncludedPackage[]): readonly IncludedPackage[] {
  const byPath = new Map(packages.map((each) => [each.path, each]));
  return [...byPath.keys()].sort().flatMap((path) => byPath.get(path) ?? []);
}

function packageAt(path: string): IncludedPackage {
  const file = join(repositoryRoot, path, 'package.json');
  const read = packageFile.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (read.success) return { path, ...read.data };
  throw new PackError(
    `${path}: its package.json lacks name, version or license; what it asks for is unknown`,
  );
}

/** Returns the licence files of a package, also those of what it compiles from other authors, which lies in `deps/`. */
function licenceFiles(path: string): readonly string[] {
  const folder = join(repositoryRoot, path);
  const compiled = join(folder, 'deps');
  return [
    ...readdirSync(folder).map((name) => join(folder, name)),
    ...(existsSync(compiled) ? readdirSync(compiled, { recursive: true, encoding: 'utf8' }) : []).map(
      (name) => join(compiled, name),
    ),
  ].filter((file) => LICENCE_FILE.test(basename(file)));
}

/** What the tables of places and PoPs are made from, in their own words. */
function dataNotices(): readonly string[] {
  const folder = join(repositoryRoot, 'lambdas', 'prewarm', 'engine', 'pops');
  const notices = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      const { source, notices: lines = [] } = dataFile.parse(
        JSON.parse(readFileSync(join(folder, name), 'utf8')),
      );
      return [...(typeof source === 'string' ? [source] : []), ...lines];
    });
  return [...new Set(notices)];
}

/** Returns the text of every licence that what is handed out owes its readers; packages under one text stand above it together. */
export function noticesText(packages: readonly IncludedPackage[]): string {
  const namesByText = new Map<string, string[]>();
  for (const { path, name, version, license } of packages) {
    const texts = licenceFiles(path).map((file) => readFileSync(file, 'utf8').trim());
    const text = texts.length > 0 ? texts.join('\n\n') : `(The package has no text beside "${license}".)`;
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const sections = [...namesByText].map(([text, names]) => `${names.join('\n')}\n\n${text}`);
  const data = ['Data of points of presence, airports and countries', ...dataNotices()].join('\n\n');
  return `What is not Warmpath's own in this package, and under which terms it is here.\n\n${[...sections, data].join(`\n\n${RULE}\n\n`)}\n`;
}

/** Name of the file beside LICENSE. */
export const NOTICES_FILE = 'THIRD-PARTY-NOTICES.txt';
