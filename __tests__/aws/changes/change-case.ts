/** A change of one prop of an applied deployment, and of what has to change with it. */
export interface ChangeCase<Base extends string> {
  /** Dotted name of the prop. */
  readonly prop: string;
  /** The new value, as it is shown. */
  readonly to: string;
  /** The applied deployment that changes. */
  readonly base: Base;
  /** Merged into the props of the deployment; `undefined` takes a prop away. */
  readonly patch: object;
}

/** `{ a: { b: value } }` for `a.b`. */
export function nested(prop: string, value: unknown): object {
  return prop.split('.').reduceRight((inner: unknown, key) => ({ [key]: inner }), value) as object;
}

/** A value in a table: ids and digests, which differ from run to run or say nothing, are cut short. */
export function shown(value: unknown): string {
  if (value === undefined) return 'none';
  if (isPlain(value) && Object.keys(value).length > 3) return 'set';
  return (typeof value === 'string' ? value : JSON.stringify(value))
    .replaceAll(/\b(vpc|subnet|sg|rtb|ami)-[0-9a-f]+/g, '$1-…')
    .replaceAll(/(sha256:[0-9a-f])[0-9a-f]+/g, '$1…')
    .replaceAll(/[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/g, '…')
    .replaceAll(/arn:aws:[a-z0-9:-]+[:/]/g, '…')
    .replaceAll(/\/tmp\/[^"]+/g, '…')
    .replaceAll('|', '\\|');
}

/** The value of a dotted prop; `undefined` where there is none. */
export function valueAt(props: object, prop: string): unknown {
  return prop
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      props,
    );
}

/** Rows of a README's table: what each effect is an effect of, the effects in alphabetical order. */
export function changeTable(
  changes: readonly {
    readonly name: string;
    readonly from: string;
    readonly to: string;
    readonly effect: string;
  }[],
): string {
  const effects = [...new Set(changes.map(({ effect }) => effect))].sort();
  return [
    '| what happens | on a change of |',
    '| --- | --- |',
    ...effects.map((effect) => {
      const of = changes
        .filter((change) => change.effect === effect)
        .map(({ name, from, to }) => `\`${name}\` (${from} → ${to})`);
      return `| ${effect} | ${of.join(', ')} |`;
    }),
  ].join('\n');
}

/** Props with a patch: objects are merged, anything else is replaced. */
export function patched<Props extends object>(props: Props, patch: object): Props {
  const merged: Record<string, unknown> = { ...(props as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    const old = merged[key];
    merged[key] = isPlain(old) && isPlain(value) ? patched(old, value) : value;
    if (value === undefined) delete merged[key];
  }
  return merged as Props;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
