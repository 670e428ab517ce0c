/** A root module of somebody who uses the written modules, with the real provider on the emulator. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { terraformCliConfig } from '../../../scripts/build/terraform-cli';
import { runTerraform, type TerraformResult } from './terraform-process';

export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  /** Joined by `,` where there are several: `delete,create` is a replacement. */
  readonly actions: string;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** Terraform's JSON configuration; providers besides that of eu-central-1 have an alias. */
export interface ConsumerConfiguration {
  readonly provider?: { readonly aws: readonly object[] };
  readonly [section: string]: unknown;
}

interface Diagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail?: string;
}

/** The provider retries 25 times by itself: what the emulator lacks would look like a hang. */
const PROVIDER = { region: 'eu-central-1', max_retries: 2 };
const VERSIONS = { required_providers: { aws: { source: 'hashicorp/aws' } } };

export class Consumer {
  private isInitialized = false;

  /** @param home folder with the configuration, which `close` removes */
  constructor(private readonly home: string) {
    writeFileSync(join(home, 'terraform.rc'), terraformCliConfig());
  }

  /** A root module of this configuration, in a folder of its own. */
  static of(configuration: ConsumerConfiguration): Consumer {
    const made = new Consumer(mkdtempSync(join(tmpdir(), 'warmpath-consumer-')));
    made.rewrite(configuration);
    return made;
  }

  /** Writes another configuration over the state that is there. */
  rewrite({ provider, ...configuration }: ConsumerConfiguration): void {
    const providers = { aws: [PROVIDER, ...(provider?.aws ?? [])] };
    const text = JSON.stringify({ terraform: VERSIONS, provider: providers, ...configuration });
    writeFileSync(join(this.home, 'main.tf.json'), text);
    this.isInitialized = false;
  }

  async apply(): Promise<void> {
    await this.must('apply', '-auto-approve', '-input=false', '-parallelism=50');
  }

  /** Takes addresses out of the state, as if it had been lost. */
  async forget(...addresses: readonly string[]): Promise<void> {
    await this.must('state', 'rm', ...addresses);
  }

  /** What a plan would do; nothing that it leaves alone. */
  async plan(): Promise<readonly PlannedChange[]> {
    await this.must('plan', '-input=false', '-out=plan');
    const shown: {
      resource_changes?: readonly {
        address: string;
        type: string;
        change: { actions: readonly string[]; after: Readonly<Record<string, unknown>> | null };
      }[];
    } = JSON.parse(await this.must('show', '-json', 'plan'));
    return (shown.resource_changes ?? [])
      .map(({ address, type, change }) => ({
        address,
        type,
        actions: change.actions.join(','),
        after: change.after,
      }))
      .filter(({ actions }) => actions !== 'no-op' && actions !== 'read');
  }

  /** What a plan says is wrong. */
  async errorsOfPlan(): Promise<readonly string[]> {
    const { output } = await this.run('plan', '-json', '-input=false');
    return output
      .split('\n')
      .filter((line) => line.startsWith('{"@level"'))
      .map((line) => (JSON.parse(line) as { diagnostic?: Diagnostic }).diagnostic)
      .flatMap((found) => (found?.severity === 'error' ? [`${found.summary}: ${found.detail ?? ''}`] : []));
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  private async must(...args: string[]): Promise<string> {
    const { code, output, errors } = await this.run(...args);
    if (code === 0) return output;
    throw new Error(`terraform ${args[0]}: ${(errors || output).slice(0, 8_000)}`);
  }

  private async run(...args: string[]): Promise<TerraformResult> {
    if (!this.isInitialized) {
      this.isInitialized = true;
      await this.must('init', '-input=false');
    }
    return runTerraform({ cwd: this.home, home: this.home }, args);
  }
}
