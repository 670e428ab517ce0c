/** `RUN --mount=…`: what a step sees of other places while it runs. */
import type { Instruction } from '../dockerfile/instructions';
import { Uncertain } from '../uncertain';

export interface Mount {
  readonly type: string;
  readonly from: string | undefined;
  /** As written; variables are expanded when the step is evaluated. */
  readonly source: string;
  /** Every `key=value`, in order. */
  readonly fields: readonly string[];
}

const TYPES: ReadonlySet<string> = new Set(['bind', 'cache', 'tmpfs', 'secret', 'ssh']);
const KEYS: ReadonlySet<string> = new Set([
  ...['type', 'from', 'source', 'src', 'target', 'dst', 'destination', 'readonly', 'ro', 'readwrite', 'rw'],
  ...['required', 'size', 'id', 'sharing', 'mode', 'uid', 'gid', 'env'],
]);

/** Mounts of a RUN, whatever they hold; {@link checkMount} tells which are understood. */
export function mountsOf(instruction: Instruction): readonly Mount[] {
  return instruction.flags.flatMap((flag) => {
    if (!flag.startsWith('--mount=')) return [];
    const fields = flag.slice('--mount='.length).split(',');
    const values = new Map(
      fields.map((field): [string, string] => {
        const equals = field.indexOf('=');
        return equals < 0
          ? [field.toLowerCase(), '']
          : [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
      }),
    );
    const from = values.get('from');
    return [
      {
        type: values.get('type')?.toLowerCase() ?? 'bind',
        from: from === '' ? undefined : from,
        source: values.get('source') ?? values.get('src') ?? '',
        fields,
      },
    ];
  });
}

/** @throws {Uncertain} for a type or key of a later Docker */
export function checkMount({ type, from, fields }: Mount): void {
  if (!TYPES.has(type)) throw new Uncertain(`mount type ${JSON.stringify(type)} is not known`);
  for (const field of fields) {
    const key = field.split('=')[0]?.toLowerCase() ?? '';
    if (!KEYS.has(key) || field.includes('"'))
      throw new Uncertain(`mount option ${JSON.stringify(field)} is not known`);
  }
  const keys = fields.map((field) => field.split('=')[0]?.toLowerCase().replace(/^src$/, 'source'));
  if (new Set(keys).size !== keys.length) throw new Uncertain('a mount option is given twice');
  // BuildKit looks a mount's origin up by name only.
  if (from !== undefined && /^\d+$/.test(from)) throw new Uncertain(`mount from=${from}, a number`);
}
