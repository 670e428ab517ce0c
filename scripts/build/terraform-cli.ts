/** Runs Terraform with the real AWS provider on copies of synthesized stacks: fake credentials, no state, no network. */

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { WarmpathError } from '../../lambdas/errors/warmpath-error';

export class TerraformError extends WarmpathError {
  override readonly name = 'TerraformError';

  constructor(message: string, options?: ErrorOptions) {
    super('TERRAFORM_FAILED', message, options);
  }
}

/** A synthesized stack, or a module, as Terraform reads it. */
export interface Configuration {
  readonly terraform?: {
    readonly backend?: { readonly s3?: { readonly bucket?: string } };
    readonly cloud?: { readonly organization?: string };
  };
  readonly provider?: {
    readonly aws?: readonly {
      readonly alias?: string;
      readonly region?: string;
      readonly allowed_account_ids?: readonly string[];
    }[];
  };
  readonly resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface PlanCounts {
  readonly add: number;
  readonly change: number;
  readonly destroy: number;
}

/** Version of the Terraform on the path, such as `1.11.4`; undefined when there is none. */
export function terraformVersion(): string | undefined {
  const { status, stdout } = spawnSync('terraform', ['version', '-json'], {
    encoding: 'utf8',
    env: { ...process.env, CHECKPOINT_DISABLE: '1' },
  });
  if (status !== 0) return undefined;
  const { terraform_version: version } = JSON.parse(stdout) as { terraform_version: string };
  return version;
}

/**
 * Folder with a copy of the AWS provider, laid out as Terraform's mirrors are: `TF_PROVIDER_MIRROR`, else found by the
 * name of the provider's binary where installers put it; undefined means that Terraform downloads it.
 */
export function findProviderMirror(): string | undefined {
  const given = process.env['TF_PROVIDER_MIRROR'];
  if (given) return given;
  const roots = [
    join(homedir(), '.terraform.d'),
    '/opt',
    '/usr/local/share',
    '/usr/share/terraform',
    '/var/lib',
  ];
  for (const root of roots) {
    const binary = findBinary(root, 8);
    // <mirror>/<host>/<namespace>/<type>/<version>/<platform>/<binary>
    if (binary) return join(binary, '..', '..', '..', '..', '..', '..');
  }
  return undefined;
}

function findBinary(folder: string, depth: number): string | undefined {
  let entries: readonly { name: string; isDirectory(): boolean }[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
  const binary = entries.find(({ name }) => name.startsWith('terraform-provider-aws_v'));
  if (binary) return join(folder, binary.name);
  if (depth === 0) return undefined;
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name === 'node_modules') continue;
    const found = findBinary(join(folder, entry.name), depth - 1);
    if (found) return found;
  }
  return undefined;
}

/** Configuration of Terraform's command line: it calls nobody, and takes the provider from the mirror where there is one. */
export function terraformCliConfig(): string {
  const mirror = findProviderMirror();
  const installation =
    mirror === undefined ? '' : `provider_installation { filesystem_mirror { path = "${mirror}" } }\n`;
  return `disable_checkpoint = true\n${installation}`;
}

const NOWHERE = 'http://127.0.0.1:9';

/** A temporary home for everything Terraform writes; `close` removes it. */
export class Workbench {
  private readonly folder = mkdtempSync(join(tmpdir(), 'warmpath-terraform-'));
  private readonly environment: NodeJS.ProcessEnv;

  constructor() {
    const cliConfig = join(this.folder, 'terraform.rc');
    writeFileSync(cliConfig, terraformCliConfig());
    this.environment = {
      PATH: process.env['PATH'],
      HOME: this.folder,
      TF_CLI_CONFIG_FILE: cliConfig,
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
      // Port 9 (discard) is closed: a call that should not be made fails instead of leaving the machine.
      AWS_ENDPOINT_URL: NOWHERE,
      // Terraform and the provider live for seconds: less often a look for garbage takes a seventh of their processor time away.
      GOGC: process.env['GOGC'] ?? '400',
    };
  }

  /** A copy of a stack's folder that keeps its state beside itself and asks AWS nothing about the credentials. */
  copyOf(stackFolder: string): string {
    const copy = mkdtempSync(join(this.folder, 'stack-'));
    cpSync(stackFolder, copy, { recursive: true });
    const configuration = readConfiguration(copy);
    writeFileSync(
      join(copy, 'cdk_override.tf.json'),
      JSON.stringify(overrideFor(configuration), undefined, 2),
    );
    return copy;
  }

  /** Writes a root module of its own, such as a consumer of a module. */
  write(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(this.folder, 'root-'));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  }

  async init(folder: string): Promise<void> {
    // A stack comes with the repository's lock: what it says is what runs.
    const isLocked = existsSync(join(folder, '.terraform.lock.hcl'));
    await this.terraform(folder, [
      'init',
      '-input=false',
      '-no-color',
      ...(isLocked ? ['-lockfile=readonly'] : []),
    ]);
  }

  async validate(folder: string): Promise<void> {
    await this.terraform(folder, ['validate', '-no-color']);
  }

  /** Plans and returns what the plan holds. `endpoint`: an emulator for the data sources. @default - every call to AWS fails */
  async plan(folder: string, endpoint = NOWHERE): Promise<PlanCounts> {
    const args = ['plan', '-json', '-input=false', '-lock=false'];
    return countsOf(await this.terraform(folder, args, { AWS_ENDPOINT_URL: endpoint }));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private terraform(
    folder: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('terraform', args, { cwd: folder, env: { ...this.environment, ...environment } });
      let output = '';
      let errors = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        errors += chunk.toString();
      });
      child.on('error', (cause) => {
        reject(new TerraformError('terraform does not start; install it or correct PATH', { cause }));
      });
      child.on('close', (code) => {
        if (code === 0) resolve(output);
        else reject(failure(args[0], faultsOf(output, errors)));
      });
    });
  }
}

function failure(verb: string | undefined, faults: string): TerraformError {
  const hint = faults.includes(NOWHERE)
    ? '\nThe stack asks AWS during the plan; that needs the emulator.'
    : '';
  return new TerraformError(`terraform ${verb}: ${faults}${hint}`);
}

/** Terraform merges this file over the stack: local state instead of its backend, and no question about credentials. */
function overrideFor(configuration: Configuration): object {
  const offline = {
    skip_credentials_validation: true,
    skip_requesting_account_id: true,
    skip_metadata_api_check: 'true',
    skip_region_validation: true,
    // The account cannot be asked for offline.
    allowed_account_ids: null,
    max_retries: 1,
  };
  const providers = configuration.provider?.aws ?? [];
  return {
    terraform: { backend: { local: { path: 'terraform.tfstate' } } },
    provider: { aws: providers.map(({ alias }) => (alias === undefined ? offline : { alias, ...offline })) },
  };
}

export function readConfiguration(stackFolder: string): Configuration {
  return JSON.parse(readFileSync(join(stackFolder, 'cdk.tf.json'), 'utf8'));
}

/** Data sources that the provider answers by itself, without asking AWS. */
const localDataSources = new Set(['aws_iam_policy_document', 'aws_partition', 'aws_region', 'aws_arn']);

/** Types of the data sources for which a plan has to ask AWS. */
export function remoteDataSources(configuration: Configuration): readonly string[] {
  return Object.keys(configuration.data ?? {}).filter((type) => !localDataSources.has(type));
}

/** The counts in the machine-readable output of a plan, one JSON object per line. */
function countsOf(output: string): PlanCounts {
  const summary = linesOf(output).find(({ type }) => type === 'change_summary')?.changes;
  if (summary === undefined) throw new TerraformError('terraform plan: its output has no summary of changes');
  return { add: summary.add, change: summary.change, destroy: summary.remove };
}

/** Returns the errors of a command; with `-json` they are diagnostics on standard output. */
function faultsOf(output: string, errors: string): string {
  const diagnostics = linesOf(output).flatMap(({ diagnostic }) =>
    diagnostic?.severity === 'error' ? [`${diagnostic.summary}: ${diagnostic.detail ?? ''}`.trim()] : [],
  );
  return [...diagnostics, errors.trim()].filter(Boolean).join('\n') || output.trim();
}

interface OutputLine {
  readonly type?: string;
  readonly changes?: { readonly add: number; readonly change: number; readonly remove: number };
  readonly diagnostic?: { readonly severity: string; readonly summary: string; readonly detail?: string };
}

function linesOf(output: string): readonly OutputLine[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{"@level"'))
    .map((line) => JSON.parse(line));
}

/** The synthesis of a checkout, into a folder of its own. */
export function synthesize(repositoryRoot: string, outFolder: string, node = process.execPath): void {
  const ofCheckout = join(repositoryRoot, 'scripts', 'build', 'run-typescript.cjs');
  // An older revision has none.
  const preload = existsSync(ofCheckout) ? ofCheckout : require.resolve('tsx/cjs');
  const { status, stdout, stderr } = spawnSync(node, ['--require', preload, 'main.ts'], {
    cwd: repositoryRoot,
    env: { ...process.env, CDKTF_OUTDIR: outFolder },
    encoding: 'utf8',
  });
  if (status !== 0) throw new TerraformError(`synthesis failed: ${(stderr || stdout).trim()}`);
}

/** Name and folder of every stack below a synthesis output, in the order of names. */
export function synthesizedStacks(
  outFolder: string,
): readonly { readonly name: string; readonly folder: string }[] {
  const manifest: { stacks: Record<string, { name: string; workingDirectory: string }> } = JSON.parse(
    readFileSync(join(outFolder, 'manifest.json'), 'utf8'),
  );
  return Object.values(manifest.stacks)
    .map(({ name, workingDirectory }) => ({ name, folder: join(outFolder, workingDirectory) }))
    .sort((left, right) => left.name.localeCompare(right.name));
}
