/** Writes a construct as a reusable Terraform module: variables in, outputs out, no provider, no backend. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformOutput, TerraformStack, TerraformVariable, VariableType } from 'cdktf';
import { Construct } from 'constructs';
import { addGuardRails } from './guard-rails';
import { MODULE_CONTEXT } from './module-path';
import { type ModuleConfiguration, type ModuleText, moduleReadme } from './module-readme';
import { requireVersions } from './required-versions';

/** A module that `npm run build:modules` writes. */
export interface HclModule extends ModuleText {
  /** Declares the variables, makes the construct from them, declares the outputs. */
  readonly build: (stack: HclModuleStack) => void;
}

export interface ModuleVariable {
  readonly description: string;
  /** @default 'string' */
  readonly type?: string;
  /** @default - none: the caller must set it */
  readonly default?: unknown;
  readonly sensitive?: boolean;
  /** Allow null, which stands for "not set". @default false */
  readonly nullable?: boolean;
  /** Terraform conditions over `var.<name>`, each with the message when it does not hold. @default none */
  readonly validations?: readonly { readonly condition: string; readonly message: string }[];
}

export interface ModuleOutput {
  readonly description: string;
  readonly value: unknown;
  readonly sensitive?: boolean;
}

/** The stack of a module: what the caller brings, provider and backend, is not part of what is written. */
export class HclModuleStack extends TerraformStack {
  /** Scopes of their own, so that a variable, an output and a resource may have the same name. */
  private readonly variables: Construct;
  private readonly outputs: Construct;

  constructor(scope: App, id: string) {
    super(scope, id);
    this.node.setContext(MODULE_CONTEXT, true);
    this.variables = new Construct(this, 'variables');
    this.outputs = new Construct(this, 'outputs');
    // Stays in the tree, because the library checks that every provider in use is there.
    new AwsProvider(this, 'aws');
    requireVersions(this);
    addGuardRails(this);
  }

  /** A variable of the module under exactly this name. */
  variable(name: string, variable: ModuleVariable): TerraformVariable {
    const { description, type = VariableType.STRING, sensitive = false, nullable = false } = variable;
    const declared = new TerraformVariable(this.variables, name, {
      description,
      type,
      sensitive,
      nullable,
      ...(variable.default === undefined ? {} : { default: variable.default }),
      validation: (variable.validations ?? []).map(({ condition, message }) => ({
        condition: `\${${condition}}`,
        errorMessage: message,
      })),
    });
    declared.overrideLogicalId(name);
    return declared;
  }

  /** An output of the module under exactly this name. */
  output(name: string, output: ModuleOutput): void {
    const { description, value, sensitive = false } = output;
    new TerraformOutput(this.outputs, name, { description, value, sensitive, staticId: true });
  }

  override toTerraform(): ModuleConfiguration {
    const { provider: _provider, '//': _metadata, ...configuration } = super.toTerraform();
    const { backend: _backend, ...terraform } = configuration.terraform;
    return withoutMetadata({ ...configuration, terraform });
  }
}

/** Writes `<folder>/<name>/{main.tf.json,assets/,README.md}` anew and returns that folder. */
export function writeModule(module: HclModule, folder: string): string {
  const outdir = mkdtempSync(join(tmpdir(), 'warmpath-module-'));
  try {
    const app = new App({ outdir, stackTraces: false });
    module.build(new HclModuleStack(app, module.name));
    app.synth();

    const synthesized = join(outdir, 'stacks', module.name);
    const target = join(folder, module.name);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    const main = readFileSync(join(synthesized, 'cdk.tf.json'), 'utf8');
    writeFileSync(join(target, 'main.tf.json'), `${main}\n`);
    writeFileSync(join(target, 'README.md'), moduleReadme(module, JSON.parse(main)));
    const assets = join(synthesized, 'assets');
    if (existsSync(assets)) cpSync(assets, join(target, 'assets'), { recursive: true });
    return target;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The library notes construct paths under `//`; Terraform ignores them, and readers of a module do not need them. */
function withoutMetadata<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutMetadata) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== '//');
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutMetadata(inner)])) as T;
}
