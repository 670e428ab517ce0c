/**
 * `npm run synth:commit`: writes the stacks that keep their state in HCP Terraform to `terraform/STACK`, with their zips and the lock of
 * providers, to be committed: a workspace that is driven by the repository runs what lies there. `-- --check` writes nothing and ends
 * with 1 where that folder is not what the sources synthesize.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { filesBelow } from '../files-below';
import { repositoryRoot } from './functions';
import { readConfiguration, synthesize, synthesizedStacks } from './terraform-cli';

const COMMITTED = 'terraform';
const LOCK_FILE = '.terraform.lock.hcl';

/** A stack as it is synthesized, and the folder that it is committed in. */
interface CommittedStack {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

function committedStacks(outFolder: string, target: string): readonly CommittedStack[] {
  return synthesizedStacks(outFolder)
    .filter(({ folder }) => readConfiguration(folder).terraform?.cloud !== undefined)
    .map(({ name, folder }) => ({ name, from: folder, to: join(target, name) }));
}

/** Writes the stacks of a synthesis to `target`, and removes the folders of stacks that are gone. Returns the names of what it wrote. */
export function writeCommittedStacks(outFolder: string, target: string): readonly string[] {
  const stacks = committedStacks(outFolder, target);
  mkdirSync(target, { recursive: true });
  for (const gone of foldersOf(target)) rmSync(join(target, gone), { recursive: true });
  for (const { from, to } of stacks) cpSync(from, to, { recursive: true });
  return stacks.map(({ name }) => name);
}

/** Returns a sentence for each stack whose committed folder is not what was synthesized; none where all are up to date. */
export function staleStacks(outFolder: string, target: string): readonly string[] {
  const stacks = committedStacks(outFolder, target);
  const names = new Set(stacks.map(({ name }) => name));
  return [
    ...stacks
      .filter(({ from, to }) => !existsSync(to) || digestOf(from) !== digestOf(to))
      .map(({ name, to }) => (existsSync(to) ? `${name} differs from its sources` : `${name} is missing`)),
    ...foldersOf(target)
      .filter((name) => !names.has(name))
      .map((name) => `${name} is no stack with its state in HCP Terraform any more`),
  ];
}

/** Returns a sentence for each stack that no worker of HCP could initialize; they are linux_amd64, and only `zh:` hashes hold for all. */
export function lockProblems(outFolder: string): readonly string[] {
  return committedStacks(outFolder, '')
    .filter(({ from }) => !/"zh:/.test(textAt(join(from, LOCK_FILE))))
    .map(({ name }) => `${name} has no lock of providers for linux_amd64: run npm run lock`);
}

function textAt(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Folders with a synthesized stack; whatever else lies there is left alone. */
function foldersOf(target: string): readonly string[] {
  if (!existsSync(target)) return [];
  return readdirSync(target).filter((name) => existsSync(join(target, name, 'cdk.tf.json')));
}

function digestOf(folder: string): string {
  const hash = createHash('sha256');
  const files = filesBelow(folder).filter((path) => !relative(folder, path).startsWith('.terraform/'));
  for (const path of files) {
    const bytes = readFileSync(path);
    hash.update(`${relative(folder, path)}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function main(args: readonly string[]): number {
  const isCheck = args[0] === '--check';
  if (args.length > (isCheck ? 1 : 0)) {
    console.error(`synth:commit: got ${args.join(' ')}; allowed: --check, or no arguments`);
    return 2;
  }
  const outFolder = mkdtempSync(join(tmpdir(), 'warmpath-synth-'));
  const target = join(repositoryRoot, COMMITTED);
  try {
    synthesize(repositoryRoot, outFolder);
    const problems = lockProblems(outFolder);
    for (const problem of problems) console.error(`synth:commit: ${problem}`);
    if (problems.length > 0) return 2;
    if (!isCheck) {
      for (const name of writeCommittedStacks(outFolder, target)) console.log(`${COMMITTED}/${name}`);
      return 0;
    }
    const stale = staleStacks(outFolder, target);
    for (const sentence of stale)
      console.error(`synth:commit: ${COMMITTED}/: ${sentence}; run npm run synth:commit and commit`);
    return stale.length > 0 ? 1 : 0;
  } finally {
    rmSync(outFolder, { recursive: true });
  }
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
