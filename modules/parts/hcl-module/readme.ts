/** Texts of a module's README. */
export interface ModuleText {
  /** Name of the module and of its folder. */
  readonly name: string;
  /** What the module is for, in a sentence or two; the beginning of its README. */
  readonly description: string;
  /** A `module` block that works, for the README; `SOURCE/` stands for where the modules lie. */
  readonly usage: string;
}

/** Variables and outputs of a module, from which the README's tables are made. */
export interface ModuleConfiguration {
  readonly variable?: Readonly<Record<string, VariableBlock>>;
  readonly output?: Readonly<Record<string, OutputBlock>>;
  readonly [block: string]: unknown;
}

interface VariableBlock {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly sensitive?: boolean;
  readonly nullable?: boolean;
}

interface OutputBlock {
  readonly value?: unknown;
  readonly description?: string;
  readonly sensitive?: boolean;
}

/** Returns the README of a written module: purpose, usage, and a table of every variable and output. */
export function moduleReadme(module: ModuleText, configuration: ModuleConfiguration): string {
  return [
    `# ${module.name}`,
    '',
    module.description,
    '',
    'Written by `npm run build:modules`; change the source, not this folder.',
    '',
    '```hcl',
    module.usage.trim().replaceAll('SOURCE/', './dist/modules/'),
    '```',
    '',
    '## Requirements',
    '',
    '| name | version |',
    '| --- | --- |',
    ...requirementRows(configuration),
    '',
    '## Resources',
    '',
    '| type | how many |',
    '| --- | --- |',
    ...Object.entries((configuration['resource'] ?? {}) as Readonly<Record<string, object>>)
      .sort(byName)
      .map(([type, blocks]) => `| \`${type}\` | ${Object.keys(blocks).length} |`),
    '',
    '## Inputs',
    '',
    '| name | description | type | default |',
    '| --- | --- | --- | --- |',
    ...Object.entries(configuration.variable ?? {})
      .sort(byName)
      .map(variableRow),
    '',
    '## Outputs',
    '',
    '| name | description | sensitive |',
    '| --- | --- | --- |',
    ...Object.entries(configuration.output ?? {})
      .sort(byName)
      .map(outputRow),
    '',
  ].join('\n');
}

function requirementRows({ terraform }: ModuleConfiguration): readonly string[] {
  const { required_version, required_providers = {} } = (terraform ?? {}) as {
    readonly required_version?: string;
    readonly required_providers?: Readonly<Record<string, { readonly version?: string }>>;
  };
  return [
    `| terraform | \`${required_version ?? 'any'}\` |`,
    ...Object.entries(required_providers).map(
      ([name, { version }]) => `| ${name} | \`${version ?? 'any'}\` |`,
    ),
  ];
}

function variableRow([name, variable]: readonly [string, VariableBlock]): string {
  const fallback = 'default' in variable ? `\`${JSON.stringify(variable.default)}\`` : 'required';
  return `| \`${name}\` | ${cell(variable.description)} | \`${cell(variable.type)}\` | ${cell(fallback)} |`;
}

function outputRow([name, output]: readonly [string, OutputBlock]): string {
  return `| \`${name}\` | ${cell(output.description)} | ${output.sensitive ? 'yes' : 'no'} |`;
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left.localeCompare(right);
}

/** A pipe or a line break would end the cell. */
function cell(text = ''): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}
