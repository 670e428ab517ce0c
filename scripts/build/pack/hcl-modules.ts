import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tar from 'tar';
import { version } from '../../../package.json';
import { repositoryRoot } from '../functions';
import { run } from './run';

/** Equal sources make equal bytes: every file has the first moment that an archive can express. */
const MOMENT = new Date('1980-01-01T00:00:00Z');
const AUTHOR = { name: 'Warmpath', email: 'warmpath@example.invalid' };
/** Files of the repository that a release of the modules has beside them. */
const BESIDE = ['LICENSE', 'CHANGELOG.md', 'UPGRADE.md', 'examples/terraform'];

/**
 * Packs the modules for plain Terraform in two ways: an archive a module, which Terraform unpacks from any web server, and a git
 * bundle of one commit under the tag of the version, whose tree is `modules/<name>`, for `git::…//modules/<name>?ref=v…`.
 */
export async function packHclModules(folder: string): Promise<void> {
  run('npm', ['run', '--silent', 'build:modules'], { cwd: repositoryRoot });
  const built = join(repositoryRoot, 'dist', 'modules');
  for (const name of readdirSync(built).sort())
    await tar.create(
      {
        cwd: join(built, name),
        file: join(folder, `warmpath-${name}-${version}.tar.gz`),
        gzip: { level: 9 },
        portable: true,
        mtime: MOMENT,
      },
      readdirSync(join(built, name)).sort(),
    );
  bundleTag(built, join(folder, `warmpath-modules-${version}.bundle`), `v${version}`);
}

/** Writes a git bundle of one commit and its tag; whoever publishes fetches it into the repository that the modules are taken from. */
function bundleTag(built: string, bundle: string, tag: string): void {
  const tree = mkdtempSync(join(tmpdir(), 'warmpath-tag-'));
  try {
    cpSync(built, join(tree, 'modules'), { recursive: true });
    for (const path of BESIDE) cpSync(join(repositoryRoot, path), join(tree, path), { recursive: true });
    const moment = `${MOMENT.getTime() / 1000} +0000`;
    const env = {
      GIT_AUTHOR_NAME: AUTHOR.name,
      GIT_AUTHOR_EMAIL: AUTHOR.email,
      GIT_AUTHOR_DATE: moment,
      GIT_COMMITTER_NAME: AUTHOR.name,
      GIT_COMMITTER_EMAIL: AUTHOR.email,
      GIT_COMMITTER_DATE: moment,
    };
    function git(...args: readonly string[]): void {
      run('git', args, { cwd: tree, env });
    }
    git('init', '--quiet', '--initial-branch', 'release');
    git('add', '--all', '--force');
    git('-c', 'commit.gpgsign=false', 'commit', '--quiet', '--message', `Modules of Warmpath ${tag}`);
    git('tag', tag);
    git('bundle', 'create', '--quiet', bundle, tag);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
