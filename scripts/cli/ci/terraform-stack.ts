import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WarmpathError } from '../../../lambdas/errors/warmpath-error';
import { BadInput } from '../bad-input';

/** Terraform ended with an error; its own words are on standard error. */
export class TerraformFailed extends WarmpathError {
  override readonly name = 'TerraformFailed';

  constructor(verb: string, code: number | null) {
    super('TERRAFORM_FAILED', `terraform ${verb} ended with ${code ?? 'a signal'}; its message stands above`);
  }
}

export interface PlanOptions {
  /** Compare state and account only. @default false */
  readonly refreshOnly?: boolean;
  /** Take the lock of the state. A read-only role cannot: the lock is a write. */
  readonly lock: boolean;
}

/** The planned changes of one stack; the plan file holds secrets and is removed by `close`. */
export interface PlannedStack {
  /** What `terraform show -json` prints. */
  readonly document: Buffer;
  readonly apply: () => Promise<void>;
  readonly close: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs Terraform in the folder of a synthesized stack. */
export class TerraformStack {
  private readonly folder: string;
  private child: ChildProcess | undefined;
  /** Held back as long as there is a plan: a plan file would outlive this process, and a state stay locked. */
  private signals: 'default' | 'held' | 'came' = 'default';

  /** @throws BadInput where the stack is not synthesized */
  constructor(
    readonly name: string,
    readonly outFolder: string,
  ) {
    if (!/^[\w.-]+$/.test(name))
      throw new BadInput(
        `--stack: got ${JSON.stringify(name.slice(0, 100))}; allowed a name such as prewarm-prod`,
      );
    this.folder = join(outFolder, 'stacks', name);
    if (!existsSync(join(this.folder, 'cdk.tf.json')))
      throw new BadInput(
        `--stack ${name}: not in ${outFolder}; run npm run synth first, or correct the name`,
      );
  }

  /** Prepares the folder. The lock file of providers that synthesis lays beside the stack is used as it is. */
  async init(): Promise<void> {
    const hasLock = existsSync(join(this.folder, '.terraform.lock.hcl'));
    await this.run(['init', '-input=false', '-no-color', ...(hasLock ? ['-lockfile=readonly'] : [])]);
  }

  async plan({ refreshOnly = false, lock }: PlanOptions): Promise<PlannedStack> {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-plan-'));
    const file = join(folder, 'plan');
    const interrupt = () => {
      this.signals = 'came';
      this.child?.kill('SIGINT');
    };
    const close = () => {
      rmSync(folder, { recursive: true, force: true });
      for (const signal of SIGNALS) process.off(signal, interrupt);
      this.signals = 'default';
    };
    this.signals = 'held';
    for (const signal of SIGNALS) process.on(signal, interrupt);
    try {
      // What Terraform prints may hold values that no schema marks as sensitive: only the review is shown.
      await this.run([
        'plan',
        '-input=false',
        '-no-color',
        `-lock=${lock}`,
        ...(lock ? ['-lock-timeout=5m'] : []),
        ...(refreshOnly ? ['-refresh-only'] : []),
        `-out=${file}`,
      ]);
      const document = await this.run(['show', '-json', '-no-color', file]);
      return { document, close, apply: () => this.applyFile(file) };
    } catch (error) {
      close();
      throw error;
    }
  }

  /** Returns the outputs after an apply, as `terraform output -json` prints them. */
  async outputs(): Promise<Buffer> {
    return this.run(['output', '-json', '-no-color']);
  }

  private async applyFile(file: string): Promise<void> {
    await this.run(['apply', '-input=false', '-no-color', '-lock-timeout=5m', file]);
  }

  private run(args: readonly string[]): Promise<Buffer> {
    if (this.signals === 'came') return Promise.reject(new TerraformFailed(args[0] ?? '', null));
    return new Promise((resolve, reject) => {
      const child = spawn('terraform', args, {
        cwd: this.folder,
        env: { ...process.env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' },
        stdio: ['ignore', 'pipe', 'inherit'],
        // A terminal sends Ctrl-C to the whole group: with the one that is passed on, Terraform would see two and not wait.
        detached: this.signals === 'held',
      });
      this.child = child;
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
      });
      child.on('error', (cause) => {
        reject(
          new BadInput('terraform does not start; install Terraform 1.11 or later, or correct PATH', {
            cause,
          }),
        );
      });
      child.on('close', (code) => {
        this.child = undefined;
        if (code === 0) resolve(Buffer.concat(chunks));
        else reject(new TerraformFailed(args[0] ?? '', code));
      });
    });
  }
}
