/** The stack that is written as a reusable Terraform module: variables in, outputs out, no provider, no backend. */
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import {
  type App,
  TerraformDataSource,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  VariableType,
} from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { addGuardRails } from '../guard-rails';
import { MODULE_CONTEXT } from '../module-path';
import { requireModuleVersions } from '../required-versions';
import { type Presence, withPresence } from './presence';
import type { ModuleConfiguration, ModuleText } from './readme';

/** A module that `npm run build:modules` writes. */
export interface HclModule extends ModuleText {
  /** Declares the variables, makes the construct from them, declares the outputs. */
  readonly build: (stack: HclModuleStack) => void;
}

export interface ModuleVariable {
  readonly description: string;
  /** @default 'string' */
  readonly type?: string;
  /** @default - none: the caller must set it, or may leave it null */
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
  /** What must hold for everything below a construct to be there. */
  private readonly conditions = new Map<IConstruct, string>();
  private readonly unconditional = new Set<IConstruct>();

  constructor(scope: App, id: string) {
    super(scope, id);
    this.node.setContext(MODULE_CONTEXT, true);
    this.variables = new Construct(this, 'variables');
    this.outputs = new Construct(this, 'outputs');
    // Stays in the tree, because the library checks that every provider in use is there.
    new AwsProvider(this, 'aws');
    requireModuleVersions(this);
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

  /** Everything below the construct is there only where an expression over variables holds, which a plan must know. */
  onlyIf(construct: IConstruct, condition: string): void {
    this.conditions.set(construct, condition);
  }

  /** A data source that is asked whatever conditions hold, as much else is made of what it says. */
  always(source: IConstruct): void {
    this.unconditional.add(source);
  }

  override toTerraform(): ModuleConfiguration {
    const { provider: _provider, '//': _metadata, ...configuration } = super.toTerraform();
    const { backend: _backend, ...terraform } = configuration.terraform;
    return withPresence(withNullDefaults(withoutMetadata({ ...configuration, terraform })), this.presence());
  }

  private presence(): Presence {
    const found = this.node.findAll().flatMap((element): [string, readonly string[]][] => {
      const isData = TerraformDataSource.isTerraformDataSource(element);
      if (!(isData || TerraformResource.isTerraformResource(element))) return [];
      if (this.unconditional.has(element)) return [];
      const conditions = element.node.scopes.flatMap((scope) => this.conditions.get(scope) ?? []);
      const address = `${isData ? 'data.' : ''}${element.terraformResourceType}.${element.friendlyUniqueId}`;
      return conditions.length === 0 ? [] : [[address, conditions]];
    });
    return new Map(found);
  }
}

/** The library notes construct paths under `//`; Terraform ignores them, and readers of a module do not need them. */
function withoutMetadata<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutMetadata) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== '//');
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutMetadata(inner)])) as T;
}

/** The library drops null: a variable that may be null is one that may be left out. */
function withNullDefaults(configuration: ModuleConfiguration): ModuleConfiguration {
  const { variable = {} } = configuration;
  const variables = Object.entries(variable).map(([name, block]) => [
    name,
    block.nullable === true && !('default' in block) ? { ...block, default: null } : block,
  ]);
  return variables.length === 0
    ? configuration
    : { ...configuration, variable: Object.fromEntries(variables) };
}
