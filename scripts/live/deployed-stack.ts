import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WarmpathError } from '../../lambdas/errors/warmpath-error';
import type { Deployment } from './live-test';

class StackCommandFailed extends WarmpathError {
  override readonly name = 'StackCommandFailed';

  constructor(message: string) {
    super('TERRAFORM_FAILED', message);
  }
}

/** Values that a stack gives out; a sensitive one as well, so they are never printed. */
export type StackOutputs = Readonly<Record<string, unknown>>;

/** A synthesized stack of this repository, deployed by Terraform alone: of it an interrupt loses nothing. */
export class DeployedStack implements Deployment {
  private readonly folder: string;

  /**
   * @param root folder of the repository; its synthesis is in `cdktf.out`
   * @param interrupted ends a deployment once what it is making is made; nothing ends a destruction
   */
  constructor(
    root: string,
    readonly stack: string,
    private readonly interrupted: AbortSignal,
  ) {
    this.folder = join(root, 'cdktf.out', 'stacks', stack);
  }

  async resources(): Promise<number> {
    await this.terraform('init', '-input=false');
    const listed = await this.terraform('state', 'list').catch((error: unknown) => {
      // Before the first apply there is no state at all.
      if (error instanceof Error && /No state file was found/.test(error.message)) return '';
      throw error;
    });
    return listed.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('data.')).length;
  }

  async deploy(): Promise<void> {
    await this.show('apply', this.interrupted);
  }

  async destroy(): Promise<void> {
    await this.show('destroy');
  }

  async outputs(): Promise<StackOutputs> {
    const values: Record<string, { value?: unknown }> = JSON.parse(await this.terraform('output', '-json'));
    return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
  }

  /** Returns the version of the AWS provider that the stack was deployed with. */
  async providerVersion(): Promise<string | undefined> {
    const { provider_selections: versions }: { provider_selections?: Record<string, string> } = JSON.parse(
      await this.terraform('version', '-json'),
    );
    return versions?.['registry.terraform.io/hashicorp/aws'];
  }

  private async show(verb: 'apply' | 'destroy', interrupted?: AbortSignal): Promise<void> {
    const args = [verb, '-auto-approve', '-input=false'];
    await run('terraform', args, this.folder, 'shown', interrupted);
  }

  private terraform(...args: readonly string[]): Promise<string> {
    if (!existsSync(this.folder)) throw new StackCommandFailed(`${this.stack}: is in no environment`);
    return run('terraform', args, this.folder, 'kept');
  }
}

/**
 * Runs a command, whose output is shown or kept. An interrupt of the terminal does not reach it, as the second one would make
 * Terraform forget what it has made; `interrupted` does, once.
 */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  output: 'shown' | 'kept',
  interrupted?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = output === 'shown' ? 'inherit' : 'pipe';
    const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', stream, stream] });
    function interrupt() {
      child.kill('SIGINT');
    }
    interrupted?.addEventListener('abort', interrupt, { once: true });
    let text = '';
    let errors = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      interrupted?.removeEventListener('abort', interrupt);
      if (code === 0) resolve(text);
      else
        reject(
          new StackCommandFailed(
            `${command} ${args[0]} ended with ${code ?? signal} ${errors.trim()}`.trim(),
          ),
        );
    });
  });
}
