/** What a build can depend on where its Dockerfile is not understood: the text itself, every argument, and every file. */
import { selectAll } from '../context/selection';
import type { ImageDefinition } from '../files/images-file';
import type { BuildContexts } from './build-contexts';
import { FramedHash } from './framed-hash';
import type { InputRecord, RecordKind } from './input-record';

const WHOLE_CONTEXT = 'whole context';

/** Whether an input is in the key only because the key covers everything; the text of the Dockerfile is not among these. */
export function isOfWhole({ group, fields }: InputRecord): boolean {
  return group === WHOLE_CONTEXT || fields[0] === 'all args' || fields[0] === 'context';
}

/** `source` is the text of the Dockerfile. */
export function wholeInputs(
  image: ImageDefinition,
  source: string,
  contexts: BuildContexts,
): readonly InputRecord[] {
  const records: InputRecord[] = [];
  function add(kind: RecordKind, group: string, name: string, fields: readonly string[]): void {
    records.push({ kind, group, name, line: undefined, fields });
  }
  add('instruction', 'Dockerfile', 'Dockerfile', ['Dockerfile', source]);
  for (const [name, value] of image.args) {
    if (image.volatileArgs.has(name)) continue;
    const shown = image.hiddenArgs.has(name) ? new FramedHash().add([value]).hex() : value;
    add('arg', 'args', name, ['all args', name, shown]);
  }
  for (const [name, value] of image.contexts) {
    add('context', 'contexts', name, ['context', name, value.startsWith('/') ? '' : value]);
  }
  const folders = [undefined, ...[...image.contexts.values()].filter((value) => value.startsWith('/'))];
  for (const folder of folders) {
    for (const { path, fields } of selectAll(contexts.of(folder)))
      add('file', WHOLE_CONTEXT, path === '' ? '.' : path, fields);
  }
  return records;
}
