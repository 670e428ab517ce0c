/**
 * `npm run lock`: completes `.terraform.lock.hcl`, which is laid beside every stack, for all platforms; `-- VERSION` moves it to another
 * version of the AWS provider. Says what changed. Without a way to the registry it locks what the local copy of the provider has.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './functions';
import { findProviderMirror } from './terraform-cli';

const LOCK_FILE = '.terraform.lock.hcl';
const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64', 'windows_amd64'];

const NO_TERRAFORM = 'terraform does not start: install it or correct PATH';

/** Entry of the AWS provider in a dependency lock file. */
export interface ProviderLock {
  readonly version: string;
  readonly constraints: string;
  readonly hashes: readonly string[];
}

/** Reads a lock file that Terraform wrote; nothing where it locks no provider. */
export function readLock(text: string): ProviderLock | undefined {
  const version = /^ {2}version\s+= "([^"]+)"$/m.exec(text)?.[1];
  const constraints = /^ {2}constraints\s+= "([^"]+)"$/m.exec(text)?.[1];
  if (version === undefined || constraints === undefined) return undefined;
  return { version, constraints, hashes: text.match(/(?<=")(?:h1|zh):[^"]+/g) ?? [] };
}

/** Returns a sentence for each difference between two locks. */
export function lockChanges(before: ProviderLock, after: ProviderLock): readonly string[] {
  const added = after.hashes.filter((hash) => !before.hashes.includes(hash)).length;
  const removed = before.hashes.filter((hash) => !after.hashes.includes(hash)).length;
  return [
    ...(before.version === after.version ? [] : [`version: ${before.version} -> ${after.version}`]),
    ...(added === 0 ? [] : [`${added} checksums are new`]),
    ...(removed === 0 ? [] : [`${removed} checksums are gone`]),
  ];
}

/** Returns what Terraform says went wrong, in one line, without the frame that it draws around it. */
export function faultOf(stderr: string): string {
  const text = stderr
    .replace(/^[│╷╵]/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  const fault = /- (?:registry\.terraform\.io\/\S+: .*)$/.exec(text)?.[0].slice('- '.length);
  return (fault ?? /Error: (.*)$/.exec(text)?.[1] ?? text).replace(/\.$/, '');
}

/** Returns why nothing was locked, in one line; nothing where it was. */
function lockWith(folder: string, args: readonly string[]): string | undefined {
  const { status, stderr } = spawnSync('terraform', ['providers', 'lock', '-no-color', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
  });
  return status === 0 ? undefined : stderr ? faultOf(stderr) : NO_TERRAFORM;
}

/** The platform of the local copy of the provider, as Terraform names it. */
function ownPlatform(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return `${system}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
}

function main(version: string | undefined): number {
  const file = join(repositoryRoot, LOCK_FILE);
  const before = readLock(readFileSync(file, 'utf8'));
  if (before === undefined) throw new Error(`${file} locks no provider; take it from the repository again`);
  if (version !== undefined && !/^\d+\.\d+\.\d+$/.test(version)) {
    console.error(
      `npm run lock: got ${version}; allowed: a version of the AWS provider, such as ${before.version}`,
    );
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-lock-'));
  try {
    const constraint = `${before.constraints}, ${version ?? before.version}`;
    const aws = { source: 'hashicorp/aws', version: constraint };
    writeFileSync(
      join(folder, 'lock.tf.json'),
      JSON.stringify({ terraform: { required_providers: { aws } } }),
    );
    // Another version is another set of checksums; the same one keeps those that are there.
    if (version === undefined || version === before.version) copyFileSync(file, join(folder, LOCK_FILE));
    const fault = lockWith(
      folder,
      PLATFORMS.map((platform) => `-platform=${platform}`),
    );
    if (fault === NO_TERRAFORM) {
      console.error(`npm run lock: ${fault}; ${LOCK_FILE} is as it was`);
      return 1;
    }
    const mirror = fault === undefined ? undefined : findProviderMirror();
    if (fault !== undefined) {
      const local = mirror && lockWith(folder, [`-fs-mirror=${mirror}`, `-platform=${ownPlatform()}`]);
      if (mirror === undefined || local !== undefined) {
        const wanted = version ?? before.version;
        const copy = mirror === undefined ? 'no local copy was found' : `the copy in ${mirror}: ${local}`;
        console.error(
          `npm run lock: version ${wanted} could not be read, from the registry (${fault}) or locally (${copy}); ${LOCK_FILE} is as it was. Run this where https://registry.terraform.io can be reached, or name a folder that has this version in TF_PROVIDER_MIRROR.`,
        );
        return 1;
      }
      console.log(
        `The registry does not answer: the checksum of ${ownPlatform()} is that of the copy in ${mirror}, all others are as they were.`,
      );
    }
    const text = readFileSync(join(folder, LOCK_FILE), 'utf8').replace(
      /^( {2}constraints\s+= ").*"$/m,
      (_, start: string) => `${start}${before.constraints}"`,
    );
    const after = readLock(text);
    if (after === undefined) throw new Error('terraform wrote a lock without a provider');
    const changes = lockChanges(before, after);
    if (changes.length > 0) writeFileSync(file, text);
    console.log(changes.length === 0 ? `${LOCK_FILE} is complete: ${after.version}` : changes.join('\n'));
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (require.main === module) process.exitCode = main(process.argv[2]);
