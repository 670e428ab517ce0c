/** Who may do what in a stack: every statement of every policy, in a text that a review can read. */
import { readFileSync, writeFileSync } from 'node:fs';
import { TerraformOutput, type TerraformStack } from 'cdktf';
import { type SeenResource, StackView } from '../../../modules/parts/guard-rails/stack-view';

/** A statement as it stands in a policy. */
export type Statement = Readonly<Record<string, unknown>>;

/** A right that a resource of the stack gives. */
export interface Right {
  /** Path of the resource in the stack, attribute, and Sid; a number where there is no Sid. */
  readonly name: string;
  readonly statement: Statement;
}

/** Resources that give a right by their attributes rather than by a policy. */
const BY_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  aws_iam_role_policy_attachment: ['role', 'policy_arn'],
  aws_lambda_permission: ['function_name', 'principal', 'action', 'source_arn', 'source_account'],
};

/** Every right in a stack. */
export function rightsOf(stack: TerraformStack): readonly Right[] {
  const view = new StackView(stack);
  const outputs = stack.node.findAll().filter((construct) => construct instanceof TerraformOutput);
  return [
    ...view.resources.flatMap((resource) => [...policiesOf(view, resource), ...givenByAttributes(resource)]),
    ...outputs.flatMap((output) => policiesOf(view, asResource(output))),
  ];
}

/** A policy that a stack hands out is one that somebody attaches. */
function asResource(output: TerraformOutput): SeenResource {
  const attributes = { value: output.value };
  return { construct: output, type: 'output', address: output.node.id, attributes, raw: attributes };
}

function policiesOf(view: StackView, resource: SeenResource): readonly Right[] {
  return Object.keys(resource.attributes).flatMap((attribute) => {
    const policy = view.json(resource, attribute);
    if (typeof policy !== 'object' || policy === null || !('Statement' in policy)) return [];
    const statements = [policy.Statement].flat() as readonly Statement[];
    return statements.map((statement, index) => ({
      name: `${pathOf(resource)} ${attribute} ${statement['Sid'] ?? index}`,
      statement,
    }));
  });
}

function givenByAttributes(resource: SeenResource): readonly Right[] {
  const attributes = BY_ATTRIBUTES[resource.type];
  if (attributes === undefined) return [];
  const given = attributes.map((attribute) => [attribute, resource.attributes[attribute]] as const);
  return [
    {
      name: pathOf(resource),
      statement: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    },
  ];
}

/** Without the name of the stack. */
function pathOf({ construct }: SeenResource): string {
  return construct.node.path.split('/').slice(1).join('/');
}

/** Rights as text, one action, resource and condition a line, with the variants of the module that give each. */
export function rightsTable(variants: Readonly<Record<string, readonly Right[]>>): string {
  const found = new Map<string, string[]>();
  for (const [variant, rights] of Object.entries(variants))
    for (const right of rights) {
      const text = blockOf(right);
      found.set(text, [...(found.get(text) ?? []), variant]);
    }
  const everywhere = Object.keys(variants).length;
  return [...found]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([text, of]) => `${text}${of.length === everywhere ? '' : `  only in ${of.join(', ')}\n`}`)
    .join('\n');
}

const blocks = new WeakMap<Right, string>();

function blockOf(right: Right): string {
  const block = blocks.get(right) ?? writtenBlock(right);
  blocks.set(right, block);
  return block;
}

function writtenBlock({ name, statement }: Right): string {
  const { Sid: _told, ...parts } = statement;
  const lines = Object.entries(parts).flatMap(([part, value]) => linesOf(part, value));
  return `${name}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** A leaf of a statement a line, after the keys that lead to it; a change of one leaf is a change of one line. */
function linesOf(keys: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => linesOf(keys, item));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => linesOf(`${keys} ${key}`, inner));
  return [`${keys}: ${shortened(String(value))}`];
}

/** Without what says nothing to a reader: the hash in the name of a resource, how partition, Region and account are found. */
function shortened(text: string): string {
  return text
    .replaceAll(/_[0-9A-F]{8}(?=[.}])/g, '')
    .replaceAll(/\$\{data\.aws_partition\.[\w-]+\.partition\}/g, '<partition>')
    .replaceAll(/\$\{data\.aws_partition\.[\w-]+\.dns_suffix\}/g, '<dns suffix>')
    .replaceAll(/\$\{data\.aws_region\.[\w-]+\.(id|name|region)\}/g, '<region>')
    .replaceAll(/\$\{element\(split\(":", aws_[\w.-]+\.arn\), 4\)\}/g, '<account>');
}

/** The committed table; `UPDATE_RIGHTS=1` writes it first. */
export function committed(path: string, table: string): string {
  if (process.env['UPDATE_RIGHTS'] === '1') writeFileSync(path, table);
  return readFileSync(path, 'utf8');
}
