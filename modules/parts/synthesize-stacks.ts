import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'cdktf';
import { WarmpathError } from '../../lambdas/errors/warmpath-error';
import { layProviderLock } from './provider-lock';

/** What `cdktf synth --hcl` writes beside, or instead of, the JSON. */
const HCL_FILE = 'cdk.tf';

/** The synthesis was asked for HCL, which CDKTF writes wrong. */
export class HclOutputError extends WarmpathError {
  override readonly name = 'HclOutputError';
}

/**
 * Writes all stacks of the app, each with the repository's provider lock and without what an earlier `--hcl` left: Terraform
 * reads that too, and fails.
 *
 * @throws HclOutputError when HCL is asked for
 */
export function synthesizeStacks(app: App): void {
  if (['true', '1'].includes(process.env['SYNTH_HCL_OUTPUT'] ?? ''))
    throw new HclOutputError(
      'BAD_INPUT',
      'synth: got --hcl; allowed: JSON, since Terraform refuses the HCL that CDKTF writes; leave --hcl away: Terraform and OpenTofu read cdk.tf.json as it is',
    );
  app.synth();
  for (const { workingDirectory } of Object.values(app.manifest.stacks))
    rmSync(join(app.outdir, workingDirectory, HCL_FILE), { force: true });
  layProviderLock(app);
}
