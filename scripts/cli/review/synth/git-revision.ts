import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../../build/terraform-cli';
import { BadInput } from '../../bad-input';

/**
 * Synthesizes a git revision in a work tree of its own, with the packages that it locks, and hands the output's
 * folder to `use`; both are removed afterwards.
 *
 * @throws BadInput where git does not know the revision, or its configuration cannot be synthesized
 */
export function withSynthesizedRevision<T>(revision: string, use: (folder: string) => T): T {
  const commit = resolveCommit(revision);
  const root = git(['rev-parse', '--show-toplevel']);
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-synth-'));
  const tree = join(folder, 'tree');
  git(['worktree', 'add', '--detach', '--quiet', tree, commit]);
  try {
    providePackages(root, tree);
    const out = join(folder, 'cdktf.out');
    try {
      synthesize(tree, out);
    } catch (cause) {
      throw new BadInput(
        `--synth ${revision}: ${cause instanceof Error ? cause.message : String(cause)}; correct the configuration of that revision`,
        { cause },
      );
    }
    return use(out);
  } finally {
    git(['worktree', 'remove', '--force', tree]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes the packages that are installed here, where the revision locks the same ones; installs its own otherwise. */
function providePackages(root: string, tree: string): void {
  const [here, there] = [root, tree].map((folder) => {
    const lock = join(folder, 'package-lock.json');
    return existsSync(lock) ? readFileSync(lock, 'utf8') : '';
  });
  if (here === there) symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  else
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: tree,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
}

function resolveCommit(revision: string): string {
  try {
    // A revision that begins with a dash would be read as an option.
    return git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  } catch (cause) {
    throw new BadInput(
      `--synth: got ${JSON.stringify(revision)}; allowed a folder that cdktf synth wrote, or a git revision that is fetched`,
      { cause },
    );
  }
}

function git(args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
