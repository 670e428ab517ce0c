import type { HclModule, ModuleConfiguration, OutputBlock, VariableBlock } from './hcl-module';

/** The README of a written module: purpose, usage, and a table of every variable and output. */
export function moduleReadme(module: HclModule, configuration: ModuleConfiguration): string {
  return [
    `# ${module.name}`,
    '',
    module.description,
    '',
    'Written by `npm run build:modules`; change the source, not this folder.',
    '',
    '```hcl',
    module.usage.trim(),
    '```',
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
