/**
 * What a change of a configuration can reach: the blocks that differ, and those that refer to them. Everything else has the
 * configuration, the state and the inputs that it had; what refers to it gets its values from the state, so that a plan of the
 * rest is the whole plan without what is not touched.
 */

/** A module as it is written: `resource.aws_x.y`, `data.aws_x.y`, `locals.y`, `variable.y`. */
export type Configuration = Readonly<Record<string, unknown>>;

export interface Reach {
  /** The changed configuration without what the change does not reach. */
  readonly configuration: Configuration;
  /** Addresses of resources and data sources that the change reaches, or that go. */
  readonly addresses: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
}

/** A block by its address in expressions: `aws_x.y`, `data.aws_x.y`, `local.y`, `var.y`. */
type Blocks = ReadonlyMap<string, unknown>;

/**
 * @param changedVariables those whose values differ, by name
 * @param stateOf what the state holds at an address; a list where the block has a count
 */
export function reachOf(
  before: Configuration,
  after: Configuration,
  changedVariables: readonly string[],
  stateOf: (address: string) => unknown,
): Reach {
  const old = blocksOf(before);
  const blocks = blocksOf(after);
  const references = new Map([...blocks].map(([address, block]) => [address, referencesOf(block, blocks)]));
  const dependants = new Map<string, string[]>();
  for (const [address, needed] of references)
    for (const other of needed) dependants.set(other, [...(dependants.get(other) ?? []), address]);

  const different = [...blocks.keys()].filter(
    (address) => JSON.stringify(blocks.get(address)) !== JSON.stringify(old.get(address)),
  );
  const gone = [...old.keys()].filter((address) => !blocks.has(address));
  const reached = closure([...different, ...changedVariables.map((name) => `var.${name}`)], dependants);
  /** Variables and locals cost nothing, and of what is not there nothing is known; any other block is known, and ends the way. */
  function stays(address: string): boolean {
    return isNamed(address, reached) || isEmpty(stateOf(address));
  }
  const needed = closure(
    reached,
    new Map([...references].map(([address, to]) => [address, stays(address) ? to : []])),
  );
  const kept = new Set([...needed].filter(stays));
  const known = [...needed].filter((address) => !kept.has(address));
  return {
    configuration: withKnown(withOnly(after, kept), known, stateOf),
    addresses: new Set([...kept, ...gone]),
    variables: new Set(
      [...kept].filter((address) => address.startsWith('var.')).map((name) => name.slice(4)),
    ),
  };
}

function isNamed(address: string, reached: ReadonlySet<string>): boolean {
  return reached.has(address) || address.startsWith('var.') || address.startsWith('local.');
}

/** The state of a block whose count is 0. */
function isEmpty(state: unknown): boolean {
  return Array.isArray(state) && state.length === 0;
}

function blocksOf(configuration: Configuration): Blocks {
  const blocks = new Map<string, unknown>();
  eachBlock(configuration, (address, block) => blocks.set(address, block));
  return blocks;
}

/** Calls with every block of the configuration; outputs and settings are none. */
function eachBlock(configuration: Configuration, call: (address: string, block: unknown) => void): void {
  for (const [section, prefix] of Object.entries({ variable: 'var.', locals: 'local.' }))
    for (const [name, block] of Object.entries(configuration[section] ?? {})) call(`${prefix}${name}`, block);
  for (const [section, prefix] of Object.entries({ resource: '', data: 'data.' }))
    for (const [type, named] of Object.entries(configuration[section] ?? {}))
      for (const [name, block] of Object.entries(named as object)) call(`${prefix}${type}.${name}`, block);
}

/** Addresses that occur in the block's text, be it in an expression or in `depends_on`: rather one too many. */
function referencesOf(block: unknown, blocks: Blocks): readonly string[] {
  const text = JSON.stringify(block);
  return [...blocks.keys()].filter((address) => text.includes(address));
}

function closure(from: Iterable<string>, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set(from);
  for (const address of found) for (const other of next.get(address) ?? []) found.add(other);
  return found;
}

function withOnly(configuration: Configuration, kept: ReadonlySet<string>): Configuration {
  // Outputs and checks change nothing.
  const { output: _outputs, check: _checks, ...rest } = configuration;
  function named(blocks: object, prefix: string): object {
    return Object.fromEntries(Object.entries(blocks).filter(([name]) => kept.has(`${prefix}${name}`)));
  }
  function typed(types: object, prefix: string): object {
    const left = Object.entries(types).map(
      ([type, blocks]) => [type, named(blocks, `${prefix}${type}.`)] as const,
    );
    return Object.fromEntries(left.filter(([, blocks]) => Object.keys(blocks).length > 0));
  }
  const sections = {
    ...rest,
    variable: named(rest['variable'] ?? {}, 'var.'),
    locals: named(rest['locals'] ?? {}, 'local.'),
    resource: typed(rest['resource'] ?? {}, ''),
    data: typed(rest['data'] ?? {}, 'data.'),
  };
  // Terraform takes no section without a block.
  return Object.fromEntries(
    Object.entries(sections).filter(([, section]) => Object.keys(section as object).length > 0),
  );
}

/** The configuration with locals in the place of known resources. */
function withKnown(
  configuration: Configuration,
  known: readonly string[],
  stateOf: (address: string) => unknown,
): Configuration {
  if (known.length === 0) return configuration;
  const locals = new Map(known.map((address) => [address, `known_${address.replaceAll('.', '_')}`]));
  const addresses = known.map((address) => address.replaceAll('.', '\\.')).join('|');
  const pattern = new RegExp(`(?<![\\w.-])(?:${addresses})(?![\\w-])`, 'g');
  function replaced(value: unknown): unknown {
    if (typeof value === 'string') return value.replace(pattern, (address) => `local.${locals.get(address)}`);
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        // What is not touched is neither waited for nor triggers anything.
        (key === 'depends_on' || key === 'replace_triggered_by') && Array.isArray(inner)
          ? inner.filter((address) => !locals.has(String(address)))
          : replaced(inner),
      ]),
    );
  }
  const values = known.map((address) => [locals.get(address), literal(stateOf(address))]);
  const { locals: own, ...rest } = configuration;
  return {
    ...(replaced(rest) as Configuration),
    locals: { ...(replaced(own) as object), ...Object.fromEntries(values) },
  };
}

/** A value in which Terraform finds no expression. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', '$${').replaceAll('%{', '%%{');
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
}
