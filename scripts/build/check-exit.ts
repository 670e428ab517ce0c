/**
 * `npm run check:exit`: proves that the way out of the archived CDKTF is open. Renames the imports to the community fork
 * `cdktn` in a temporary copy, synthesizes both and compares every stack: equal but for the library's own version.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isJsonObject } from '../../lambdas/errors/json-fault';
import { filesBelow } from '../files-below';
import { repositoryRoot } from './functions';
import { synthesisSources } from './synthesis-sources';
import { synthesize, synthesizedStacks } from './terraform-cli';

/** The fork needs the constructs library it was made with. */
const fork = ['cdktn@0.24.0', '@cdktn/provider-aws@25.7.0', 'constructs@10.7.2'];

/** The fork needs Node 22.19; an older one fetches it as a package. */
const forkNode = { major: 22, minor: 19, version: '22.23.3' };

const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Packages that the fork brings its own of, or that must not be found any more. */
const replaced = new Set(['cdktf', '@cdktf', 'cdktf-cli', 'constructs', '.bin', '.package-lock.json']);

/** Returns the source with imports of the archived packages renamed to those of the fork. */
export function renameImports(source: string): string {
  return source
    .replaceAll(/(?<quote>['"])@cdktf\/provider-aws(?=['"/])/g, '$<quote>@cdktn/provider-aws')
    .replaceAll(/(?<quote>['"])cdktf(?=['"/])/g, '$<quote>cdktn');
}

/** Returns the paths at which two synthesized stacks differ, apart from the libraries' own metadata. */
export function differences(left: unknown, right: unknown, path = ''): readonly string[] {
  if (path === './/.metadata.version' || path === '.terraform.required_providers') return [];
  if (isJsonObject(left) && isJsonObject(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
    return keys.flatMap((key) => differences(left[key], right[key], `${path}.${key}`));
  }
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length)
    return left.flatMap((item, index) => differences(item, right[index], `${path}[${index}]`));
  return Object.is(left, right) ? [] : [`${path}: ${JSON.stringify(left)} became ${JSON.stringify(right)}`];
}

/** A copy of the sources with the imports renamed and the fork in place; all other packages are this checkout's. */
function renamedCopy(workFolder: string): { readonly folder: string; readonly node: string } {
  const folder = join(workFolder, 'renamed');
  for (const source of synthesisSources)
    cpSync(join(repositoryRoot, source), join(folder, source), { recursive: true });
  for (const path of filesBelow(folder))
    if (/\.c?[jt]s$/.test(path)) writeFileSync(path, renameImports(readFileSync(path, 'utf8')));
  const forkPackages = installFork(workFolder);
  const packages = join(folder, 'node_modules');
  mkdirSync(packages);
  const own = join(repositoryRoot, 'node_modules');
  for (const name of readdirSync(own))
    if (!replaced.has(name)) symlinkSync(join(own, name), join(packages, name));
  for (const name of ['cdktn', '@cdktn', 'constructs'])
    symlinkSync(join(forkPackages, name), join(packages, name));
  const node = isNodeNewEnough(process.versions.node)
    ? process.execPath
    : join(forkPackages, nodePackage, 'bin', 'node');
  return { folder, node };
}

/** Installs the fork, and a Node.js for it where this one is too old; returns the folder of packages. */
function installFork(workFolder: string): string {
  const folder = join(workFolder, 'fork');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const newer = isNodeNewEnough(process.versions.node) ? [] : [`${nodePackage}@${forkNode.version}`];
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false'];
  const { status, stdout, stderr } = spawnSync('npm', ['install', ...flags, ...fork, ...newer], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm install of the fork failed: ${(stderr || stdout).trim()}`);
  return join(folder, 'node_modules');
}

export function isNodeNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > forkNode.major || (major === forkNode.major && minor >= forkNode.minor);
}

function main(): number {
  const workFolder = realpathSync(mkdtempSync(join(tmpdir(), 'warmpath-exit-')));
  try {
    const before = join(workFolder, 'cdktf');
    const after = join(workFolder, 'cdktn');
    synthesize(repositoryRoot, before);
    const { folder, node } = renamedCopy(workFolder);
    synthesize(folder, after, node);
    const forked = new Map(synthesizedStacks(after).map((stack) => [stack.name, stack]));
    const results = synthesizedStacks(before).map(({ name, folder: stackFolder }) => {
      const other = forked.get(name);
      const found = other
        ? differences(readStack(stackFolder), readStack(other.folder))
        : ['the fork does not write this stack'];
      console.log(`${name.padEnd(24)} ${found.length === 0 ? 'equal' : `${found.length} differences`}`);
      for (const difference of found.slice(0, 20)) console.log(`  ${difference}`);
      return found.length === 0;
    });
    const equal = results.filter(Boolean).length;
    console.log(`${equal} of ${results.length} stacks are equal after the rename to ${fork.join(', ')}`);
    return equal === results.length && equal > 0 ? 0 : 1;
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

function readStack(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8'));
}

if (require.main === module) process.exitCode = main();
