/** A stack applied to the emulator by Terraform, and what its state says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { terraformCliConfig } from '../../../scripts/build/terraform-cli';
import { runTerraform } from './terraform-process';

type Attributes = Readonly<Record<string, unknown>>;

interface StateResource {
  readonly type: string;
  readonly name: string;
  readonly instances: readonly { readonly attributes: Attributes }[];
}

/** What Terraform says it failed for; without that, the end of its output. */
function errorsOf(output: string): string {
  const start = output.indexOf('Error: ');
  return start < 0 ? output.slice(-4_000) : output.slice(start, start + 4_000);
}

export class AppliedStack {
  private readonly home = mkdtempSync(join(tmpdir(), 'warmpath-apply-'));

  /** @param folder of the synthesized stack; Terraform works in it */
  constructor(private readonly folder: string) {
    writeFileSync(join(this.home, 'terraform.rc'), terraformCliConfig());
    writeFileSync(
      join(folder, 'cdk_override.tf.json'),
      JSON.stringify({
        terraform: { backend: { local: { path: 'terraform.tfstate' } } },
        // The provider retries 25 times by itself: what the emulator lacks would look like a hang.
        provider: { aws: [{ max_retries: 2, allowed_account_ids: null }] },
      }),
    );
  }

  /** Returns how many resources were added. */
  async apply(): Promise<number> {
    await this.terraform(['init', '-input=false']);
    const started = performance.now();
    const output = await this.terraform(['apply', '-auto-approve', '-input=false'], this.changeLog);
    const added = Number(/Resources: (\d+) added/.exec(output)?.[1]);
    const seconds = ((performance.now() - started) / 1_000).toFixed(0);
    process.stderr.write(`apply: ${added} resources in ${seconds} s\n`);
    return added;
  }

  /** Addresses that a further apply would change. Notes what the provider asks for meanwhile, for {@link readsOfPlan}. */
  async drift(): Promise<readonly string[]> {
    rmSync(this.planLog, { force: true });
    const output = await this.terraform(['plan', '-input=false'], this.planLog);
    return [...output.matchAll(/^ {2}# (\S+) (?:will|must) be/gm)].map(([, address = '']) => address);
  }

  /** Operations of AWS that the last plan of {@link drift} took, such as `SQS GetQueueAttributes`. */
  readsOfPlan(): readonly string[] {
    return this.operationsIn(this.planLog);
  }

  /** Operations of AWS that {@link apply}, {@link drift} and {@link destroy} took. */
  operations(): readonly string[] {
    return [...new Set([this.planLog, this.changeLog].flatMap((log) => this.operationsIn(log)))].sort();
  }

  private operationsIn(log: string): readonly string[] {
    // An entry goes on over the lines of a body, and its fields stand before and behind that.
    const sent = readFileSync(log, 'utf8')
      .split(/\n(?=\d{4}-\d\d-\d\dT)/)
      .filter((entry) => entry.includes('HTTP Request Sent'));
    const operations = sent.map((line) => {
      const [, method = ''] = /rpc\.method=(\w+)/.exec(line) ?? [];
      const [, quoted, plain] = /rpc\.service=(?:"([^"]+)"|(\S+))/.exec(line) ?? [];
      return `${quoted ?? plain ?? ''} ${method}`;
    });
    return [...new Set(operations)].sort();
  }

  /** Logs of the provider: of the last plan, and of what changed the account. */
  private get planLog(): string {
    return join(this.home, 'plan.log');
  }

  private get changeLog(): string {
    return join(this.home, 'change.log');
  }

  /** What an apply would do, sorted: `update`, `create`, `delete` or `replace`, and the address. */
  async actions(): Promise<readonly string[]> {
    await this.terraform(['init', '-input=false']);
    const output = await this.terraform(['plan', '-input=false']);
    const verbs = {
      created: 'create',
      'updated in-place': 'update',
      destroyed: 'delete',
      replaced: 'replace',
    };
    return [
      ...output.matchAll(/^ {2}# (\S+) (?:will|must) be (created|updated in-place|destroyed|replaced)/gm),
    ]
      .map(([, address = '', words = '']) => `${verbs[words as keyof typeof verbs]} ${address}`)
      .sort();
  }

  async destroy(): Promise<void> {
    await this.terraform(['destroy', '-auto-approve', '-input=false'], this.changeLog);
  }

  /** The attributes of the only resource of the type whose name contains `part`. */
  resource(type: string, part = ''): Attributes {
    const found = this.ofType(type).filter(({ name }) => name.includes(part));
    if (found.length !== 1) throw new Error(`${type} with ${part}: ${found.map(({ name }) => name)}`);
    return found[0]!.instances[0]!.attributes;
  }

  /** The attributes of all resources of the type. */
  resources(type: string): readonly Attributes[] {
    return this.ofType(type).flatMap(({ instances }) => instances.map(({ attributes }) => attributes));
  }

  private ofType(type: string): readonly StateResource[] {
    const state: { resources: readonly StateResource[] } = JSON.parse(
      readFileSync(join(this.folder, 'terraform.tfstate'), 'utf8'),
    );
    return state.resources.filter((resource) => resource.type === type);
  }

  /** The environment that an instance gives the agent, from the launch template's user data. */
  agentEnvironment(): Record<string, string> {
    const text = Buffer.from(String(this.resource('aws_launch_template')['user_data']), 'base64').toString();
    const [, written = ''] = /<<'ENVIRONMENT'\n(.*?)\nENVIRONMENT\n/s.exec(text) ?? [];
    return Object.fromEntries(
      written
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  /** @param log file that the provider's log is added to */
  private async terraform(args: readonly string[], log?: string): Promise<string> {
    const env = log === undefined ? {} : { TF_LOG_PROVIDER: 'DEBUG', TF_LOG_PATH: log };
    const { code, output, errors } = await runTerraform({ cwd: this.folder, home: this.home }, args, env);
    if (code === 0) return output;
    throw new Error(`terraform ${args[0]}: ${errorsOf(output + errors)}`);
  }
}
