import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface TerraformResult {
  readonly code: number | null;
  /** Standard output. */
  readonly output: string;
  /** Standard error. */
  readonly errors: string;
}

/**
 * Runs Terraform as a process without colours.
 * @param cwd folder of the root module
 * @param home folder with `terraform.rc`, the configuration of Terraform's command line; it stands in for the home folder too
 */
export function runTerraform(
  { cwd, home }: { readonly cwd: string; readonly home: string },
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<TerraformResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('terraform', args.includes('-json') ? args : [...args, '-no-color'], {
      cwd,
      env: {
        ...process.env,
        HOME: home,
        TF_CLI_CONFIG_FILE: join(home, 'terraform.rc'),
        TF_IN_AUTOMATION: '1',
        CHECKPOINT_DISABLE: '1',
        ...env,
      },
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() }),
    );
  });
}
