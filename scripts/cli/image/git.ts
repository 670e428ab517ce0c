/** What Git knows of the project; every answer is `undefined` where there is no Git or no such commit. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function git(folder: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 256 * 1024 * 1024,
    });
  } catch {
    return undefined;
  }
}

/** The commit that is checked out. */
export function currentCommit(folder: string): string | undefined {
  return git(folder, ['rev-parse', '--verify', 'HEAD'])?.trim();
}

/** A commit's full name, from a short one, a branch or a tag. */
export function resolveCommit(folder: string, name: string): string | undefined {
  if (name.startsWith('-')) return undefined;
  return git(folder, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`])?.trim();
}

/** Absolute paths of files below a folder that differ from a commit, new ones included. */
export function changedSince(folder: string, commit: string): ReadonlySet<string> | undefined {
  if (!/^[0-9a-f]{7,64}$/.test(commit)) return undefined;
  const top = git(folder, ['rev-parse', '--show-toplevel'])?.trim();
  const tracked = git(folder, ['diff', '--name-only', '-z', commit, '--']);
  const untracked = git(folder, ['ls-files', '--others', '--full-name', '-z']);
  if (top === undefined || tracked === undefined || untracked === undefined) return undefined;
  const names = `${tracked}${untracked}`.split('\0').filter((name) => name !== '');
  return new Set(names.map((name) => `${top}/${name}`));
}

/** A file as a commit has it. */
export function fileAt(folder: string, commit: string, name: string): string | undefined {
  return git(folder, ['show', `${commit}:./${name}`]);
}

/** The newest versions of a file, newest first, each with its commit. */
export function fileHistory(
  folder: string,
  name: string,
  limit: number,
): readonly { readonly commit: string; readonly text: string }[] {
  const commits = git(folder, ['log', `--max-count=${limit}`, '--format=%H', '--', name])?.split('\n') ?? [];
  return commits.flatMap((commit) => {
    const text = commit === '' ? undefined : fileAt(folder, commit, name);
    return text === undefined ? [] : [{ commit, text }];
  });
}

/**
 * How much of its history a folder's repository has: all, the newest commits only, none because it is in no repository,
 * or unknown because Git cannot be asked, as in a repository of another user.
 */
export function historyDepth(folder: string): 'all' | 'shallow' | 'none' | 'unknown' {
  if (!isInRepository(folder)) return 'none';
  const shallow = git(folder, ['rev-parse', '--is-shallow-repository'])?.trim();
  if (shallow === 'true') return 'shallow';
  return shallow === 'false' ? 'all' : 'unknown';
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  const parent = dirname(folder);
  return parent !== folder && isInRepository(parent);
}
