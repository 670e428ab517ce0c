import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tar from 'tar';
import { version } from '../../../package.json';
import { bundleNames } from '../bundles';
import { bundle, repositoryRoot } from '../functions';
import { run } from './run';
import { writeSbom } from './sbom';
import { NOTICES_FILE, noticesText, packagesInAll } from './third-party';

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
  const staged = mkdtempSync(join(tmpdir(), 'warmpath-modules-'));
  try {
    cpSync(join(repositoryRoot, 'dist', 'modules'), staged, { recursive: true });
    const packages = packagesInAll(bundleNames.map((name) => bundle(name).metafile));
    const notices = noticesText(packages);
    for (const name of readdirSync(staged).sort()) {
      const cwd = join(staged, name);
      cpSync(join(repositoryRoot, 'LICENSE'), join(cwd, 'LICENSE'));
      if (existsSync(join(cwd, 'assets'))) writeFileSync(join(cwd, NOTICES_FILE), notices);
      const file = join(folder, `warmpath-${name}-${version}.tar.gz`);
      await tar.create(
        { cwd, file, gzip: { level: 9 }, portable: true, mtime: MOMENT },
        readdirSync(cwd).sort(),
      );
    }
    bundleTag(staged, join(folder, `warmpath-modules-${version}.bundle`), `v${version}`);
    writeSbom(folder, 'warmpath-modules', packages);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
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
