import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'cdktf';
import { readLock } from '../../scripts/build/provider-lock';

/** Name that Terraform gives its dependency lock file. */
const LOCK_FILE = '.terraform.lock.hcl';
/** The lock of the whole repository; `npm run lock` writes it. */
const REPOSITORY_LOCK = join(__dirname, '../..', LOCK_FILE);

/**
 * Copies the repository's dependency lock file to every synthesized stack, so that a reviewed plan and the apply after
 * it, here, in CI and in HCP Terraform, run one provider. To be called after the synthesis.
 */
export function layProviderLock(app: App): void {
  for (const { workingDirectory } of Object.values(app.manifest.stacks))
    copyFileSync(REPOSITORY_LOCK, join(app.outdir, workingDirectory, LOCK_FILE));
}

/** Returns the version of the AWS provider that the repository locks; nothing where there is no lock, as in the packages. */
export function lockedProviderVersion(): string | undefined {
  return existsSync(REPOSITORY_LOCK) ? readLock(readFileSync(REPOSITORY_LOCK, 'utf8'))?.version : undefined;
}
