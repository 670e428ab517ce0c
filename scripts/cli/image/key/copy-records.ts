/** What COPY and ADD put into the key. */
import { selectCopied } from '../context/selection';
import { expand } from '../dockerfile/expand';
import type { Instruction } from '../dockerfile/instructions';
import { Uncertain } from '../uncertain';
import { flagPairs, knownFlags, listWords } from './instruction-values';
import type { RecordCollector } from './record-collector';
import { resolvePath, type StageState } from './stage-state';

const REMOTE = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|git@|[\w.-]+@[\w.-]+:|github\.com\/)/;

/** A remote source that itself says what is there: by a checksum, or by a commit of Git. */
export const PINNED = /[?&]checksum=|(?:#|[?&](?:ref|commit)=)[0-9a-f]{40}\b/;

/** `inImage`: whether the stage is part of the image, so that its history tells the instruction. */
export function addCopy(
  collector: RecordCollector,
  instruction: Instruction,
  state: StageState,
  inImage: boolean,
): void {
  const { keyword, line, flags } = instruction;
  const given = copyFlags(keyword, flags);
  const excludes = flagPairs(flags).flatMap(({ name, value }) => (name === 'exclude' ? [value] : []));
  const { sources, destination } = operands(collector, instruction, state);
  const chmod = collector.value(given['chmod'] ?? '', state);
  const checksum = collector.value(given['checksum'] ?? '', state);
  const parents = isTrue(given['parents']);
  const from = given['from'];
  const origin = from === undefined ? undefined : collector.input.graph.originOf(from, line);
  const remote = keyword === 'ADD' ? sources.filter((source) => REMOTE.test(source)) : [];
  for (const source of remote) {
    if (checksum !== '' || PINNED.test(source)) continue;
    collector.warnings.push({
      line,
      reason: `ADD ${source}: what is there cannot be seen; give --checksum, or set refresh`,
    });
  }
  const fromFolder = origin === undefined || origin.kind === 'folder';
  // The history tells the sources of a stage that is part of the image; of others only their files matter.
  const told = inImage || !fromFolder || parents ? sources : remote;
  collector.addInstruction(instruction, [
    ...[collector.value(given['chown'] ?? '', state), chmod, String(isTrue(given['link'])), String(parents)],
    ...[given['keep-git-dir'] ?? '', checksum, given['unpack'] ?? ''],
    ...(origin ? collector.originFields(origin, line) : []),
    ...['from', ...told],
    ...(fromFolder ? [] : ['exclude', ...excludes]),
    ...['to', inImage ? destination : '', absoluteDestination(state.workdir, destination)],
    ...inlineFiles(instruction, state),
  ]);
  if (!fromFolder) return;
  const context = origin?.kind === 'folder' ? origin.context : undefined;
  const local = sources.filter((source) => !remote.includes(source) || source.startsWith('github.com/'));
  const modes = !/^[0-7]+$/.test(chmod);
  const group = `${keyword} ${from === undefined ? '' : `--from=${from} `}${local.join(' ')}`;
  collector.addEntries(group, line, context, (tree) =>
    selectCopied(tree, { sources: local, excludes, parents, modes }),
  );
}

function operands(collector: RecordCollector, { rest, heredocs }: Instruction, state: StageState) {
  const words = listWords(rest);
  const destination = words.at(-1);
  if (destination === undefined || words.length < 2) throw new Uncertain('no source, or no destination');
  const inline = new Set(heredocs.map(({ name }) => name));
  const sources = words.slice(0, -1).filter((word) => !isInline(word, inline));
  return {
    sources: sources.map((word) => collector.fileName(word, state)),
    destination: collector.value(destination, state),
  };
}

function inlineFiles({ heredocs }: Instruction, { env }: StageState): readonly string[] {
  return heredocs.flatMap(({ name, content, chomp, expand: expands }) => {
    const text = chomp ? content.replace(/^\t+/gm, '') : content;
    return ['inline', name, expands ? expand(text, env, { escapeToken: '\\', quotes: false }) : text];
  });
}

function copyFlags(keyword: string, flags: readonly string[]): Partial<Record<string, string>> {
  return keyword === 'COPY'
    ? knownFlags(flags, ['from', 'chown', 'chmod', 'link', 'parents'], ['exclude'])
    : knownFlags(flags, ['chown', 'chmod', 'link', 'keep-git-dir', 'checksum', 'unpack'], ['exclude']);
}

function isInline(word: string, names: ReadonlySet<string>): boolean {
  const name = /^\d*<<-?\s*(.*)$/.exec(word)?.[1]?.replace(/["']/g, '');
  return name !== undefined && names.has(name);
}

function isTrue(flag: string | undefined): boolean {
  return flag?.toLowerCase() === 'true';
}

/** Where files go; a slash at the end says that it is a folder. */
function absoluteDestination(workdir: string, destination: string): string {
  const path = resolvePath(workdir, destination);
  return /(?:^|\/)\.{0,2}$/.test(destination) ? `${path}/` : path;
}
