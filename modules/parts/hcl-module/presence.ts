/**
 * Parts of a written module that are there only where its variables say so: each resource of theirs gets a count, and whoever
 * refers to one its index. Constructs know nothing of it; it is done to the configuration that they were synthesized to.
 */
import { WarmpathError } from '../../../lambdas/errors/warmpath-error';
import type { ModuleConfiguration } from './readme';

/** What must hold for a resource or data source to be there, as expressions over `var.*`, by address; none: it always is. */
export type Presence = ReadonlyMap<string, readonly string[]>;

/** A module refers to what may not be there from something that is there nevertheless. */
export class PresenceError extends WarmpathError {
  override readonly name = 'PresenceError';

  constructor(message: string) {
    super('INVALID_CONFIGURATION', message);
  }
}

type Block = Readonly<Record<string, unknown>>;
type Blocks = Readonly<Record<string, Readonly<Record<string, Block>>>>;

/** Keys whose values are addresses, which Terraform takes without an index. */
const ADDRESSES: ReadonlySet<string> = new Set(['depends_on', 'ignore_changes', 'replace_triggered_by']);

/** @throws PresenceError where something refers to what may not be there while it is there itself */
export function withPresence(configuration: ModuleConfiguration, presence: Presence): ModuleConfiguration {
  if (presence.size === 0) return configuration;
  const references = new References(presence);
  const { resource, data, locals, output, ...rest } = configuration;
  return {
    ...rest,
    ...counted('resource', resource, ''),
    ...counted('data', data, 'data.'),
    ...(locals === undefined ? {} : { locals: each(locals as Block, (value) => references.local(value)) }),
    ...(output === undefined
      ? {}
      : {
          output: each(output, (block) => ({
            ...block,
            value: references.output(block.value),
          })),
        }),
  };

  function counted(section: string, types: unknown, prefix: string): object {
    if (types === undefined) return {};
    return {
      [section]: each(types as Blocks, (blocks, type) =>
        each(blocks, (block, name) => {
          const address = `${prefix}${type}.${name}`;
          return references.block(address, block, presence.get(address) ?? []);
        }),
      ),
    };
  }
}

class References {
  /** Longest names first, as one may begin with another. */
  private readonly pattern: RegExp;

  constructor(private readonly presence: Presence) {
    const addresses = [...presence.keys()]
      .sort((left, right) => right.length - left.length)
      .map((address) => address.replaceAll('.', '\\.'));
    this.pattern = new RegExp(`(?<![\\w.-])(?:${addresses.join('|')})(?![\\w-])(?!\\[)`, 'g');
  }

  block(
    address: string,
    { count, for_each: forEach, ...block }: Block,
    conditions: readonly string[],
  ): Block {
    const indexed = this.indexed(block, address, conditions) as Block;
    if (conditions.length === 0)
      return {
        ...block,
        ...indexed,
        ...(count === undefined ? {} : { count }),
        ...(forEach === undefined ? {} : { for_each: forEach }),
      };
    const isThere = all(conditions);
    if (forEach !== undefined) return { for_each: `\${${isThere} ? ${bare(forEach)} : {}}`, ...indexed };
    return { count: `\${${isThere} ? ${count === undefined ? '1' : `(${bare(count)})`} : 0}`, ...indexed };
  }

  /** An expression is null where what it refers to is not there, and what it puts into a text is empty. */
  local(value: unknown): unknown {
    const conditions = this.conditionsOf(value);
    if (conditions.length === 0 || typeof value !== 'string') return value;
    const expression = expressionOf(value);
    if (expression === undefined)
      return value.replace(this.pattern, '$&[*]').replaceAll(SPLAT, 'join("", $&)');
    return `\${${all(conditions)} ? ${this.index(expression)} : null}`;
  }

  /** Null where what it refers to is not there; of a list or an object, what is there. */
  output(value: unknown): unknown {
    if (this.conditionsOf(value).length === 0) return value;
    if (Array.isArray(value))
      return this.joined(
        'concat',
        value.map((item) => [this.conditionsOf(item), literal(item)] as const),
        '[]',
      );
    if (typeof value === 'object' && value !== null)
      return this.joined(
        'merge',
        Object.entries(value).map(
          ([key, item]) => [this.conditionsOf([key, item]), `${keyOf(key)} = ${literal(item)}`] as const,
        ),
        '{}',
      );
    return `\${${all(this.conditionsOf(value))} ? ${this.index(literal(value))} : null}`;
  }

  private joined(
    join: 'concat' | 'merge',
    items: readonly (readonly [conditions: readonly string[], text: string])[],
    empty: '[]' | '{}',
  ): string {
    const groups = new Map<string, string[]>();
    for (const [conditions, text] of items)
      groups.set(all(conditions), [...(groups.get(all(conditions)) ?? []), this.index(text)]);
    const [open, close] = empty;
    const parts = [...groups].map(
      ([condition, texts]) => `${condition} ? ${open}${texts.join(', ')}${close} : ${empty}`,
    );
    return parts.length === 1 ? `\${${parts[0]}}` : `\${${join}(${parts.join(', ')})}`;
  }

  private index(text: string): string {
    return text.replace(this.pattern, '$&[0]');
  }

  private indexed(value: unknown, from: string, conditions: readonly string[]): unknown {
    if (typeof value === 'string') {
      for (const [address] of value.matchAll(this.pattern)) {
        const missing = (this.presence.get(address) ?? []).filter((needed) => !conditions.includes(needed));
        if (missing.length > 0)
          throw new PresenceError(
            `${from} refers to ${address}, which is there only if ${missing.join(' and ')}; allowed is what is there whenever ${from} is; make both hang on it`,
          );
      }
      return this.index(value);
    }
    if (Array.isArray(value)) return value.map((item) => this.indexed(item, from, conditions));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        ADDRESSES.has(key) ? key : (this.indexed(key, from, conditions) as string),
        ADDRESSES.has(key) ? item : this.indexed(item, from, conditions),
      ]),
    );
  }

  /** What must hold for everything that a value refers to. */
  private conditionsOf(value: unknown): readonly string[] {
    const addresses = [...(JSON.stringify(value) ?? '').matchAll(this.pattern)].map(([address]) => address);
    return [...new Set(addresses.flatMap((address) => this.presence.get(address) ?? []))];
  }
}

/** A reference to every instance of a resource, and to an attribute of them. */
const SPLAT = /(?:data\.)?\w+\.[\w-]+\[\*\](?:\.\w+)+/g;

function all(conditions: readonly string[]): string {
  if (conditions.length === 0) return 'true';
  const [only = '', ...others] = conditions;
  return others.length === 0 ? only : conditions.map((condition) => `(${condition})`).join(' && ');
}

/** The expression of an argument that is nothing else. */
function bare(value: unknown): string {
  return typeof value === 'string' ? (expressionOf(value) ?? literal(value)) : literal(value);
}

/** The expression of a text that is one interpolation and nothing else. */
function expressionOf(text: string): string | undefined {
  const parts = partsOf(text);
  const [only] = parts;
  return parts.length === 1 && only?.isExpression === true ? only.text : undefined;
}

/** A value of Terraform's JSON as an expression. */
function literal(value: unknown): string {
  if (typeof value === 'string') return expressionOf(value) ?? quoted(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${keyOf(key)} = ${literal(item)}`)
    .join(', ')}}`;
}

function keyOf(key: string): string {
  const expression = expressionOf(key);
  return expression === undefined ? quoted(key) : `(${expression})`;
}

/** Texts of Terraform's JSON know no escapes by backslash, quoted ones of an expression do. */
function quoted(text: string): string {
  const inner = partsOf(text).map((part) =>
    part.isExpression
      ? `\${${part.text}}`
      : part.text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n'),
  );
  return `"${inner.join('')}"`;
}

interface Part {
  readonly text: string;
  readonly isExpression: boolean;
}

/** Cuts a template into texts and the expressions between `${` and its brace; `$${` is text. */
function partsOf(template: string): readonly Part[] {
  const parts: Part[] = [];
  let start = 0;
  for (let at = 0; at < template.length; at += 1) {
    if (template.startsWith('$${', at)) at += 2;
    else if (template.startsWith('${', at)) {
      const end = endOfExpression(template, at + 2);
      if (at > start) parts.push({ text: template.slice(start, at), isExpression: false });
      parts.push({ text: template.slice(at + 2, end), isExpression: true });
      start = end + 1;
      at = end;
    }
  }
  if (start < template.length) parts.push({ text: template.slice(start), isExpression: false });
  return parts;
}

/** Where the brace is that closes an expression; braces within its quoted texts count for themselves. */
function endOfExpression(template: string, from: number): number {
  let depth = 1;
  for (let at = from; at < template.length; at += 1) {
    const character = template[at];
    if (character === '"') at = endOfQuote(template, at + 1);
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw new PresenceError(`got an expression without an end: ${template.slice(from - 2, from + 60)}`);
}

function endOfQuote(template: string, from: number): number {
  for (let at = from; at < template.length; at += 1) {
    if (template[at] === '\\') at += 1;
    else if (template.startsWith('${', at) && template[at - 1] !== '$')
      at = endOfExpression(template, at + 2);
    else if (template[at] === '"') return at;
  }
  throw new PresenceError(`got a text without an end: ${template.slice(from - 1, from + 60)}`);
}

function each<Item, Result>(
  items: Readonly<Record<string, Item>>,
  change: (item: Item, key: string) => Result,
): Readonly<Record<string, Result>> {
  return Object.fromEntries(Object.entries(items).map(([key, item]) => [key, change(item, key)]));
}
