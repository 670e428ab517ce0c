/** Why a key is another one than before: which files, instructions, arguments and base images changed. */

import type { LockedImage } from '../../../../lambdas/locks/images-lock';
import { type ImageState, recordsOf } from '../files/image-state';
import type { ImageDefinition } from '../files/images-file';
import { groupName, inputGroups } from '../files/images-lock';
import type { InputRecord } from '../key/input-record';
import { isOfWhole } from '../key/whole-inputs';
import { changedFilesSince } from './files-from-git';

export const REASON_KINDS = [
  'file',
  'instruction',
  'arg',
  'base',
  'ignore',
  'target',
  'platform',
  'context',
  'refresh',
  'absent',
] as const;

export type ReasonKind = (typeof REASON_KINDS)[number];

export interface Reason {
  readonly kind: ReasonKind;
  readonly name: string;
  readonly line: number | null;
  /** What it was; null where it is new or not known. */
  readonly from: string | null;
  /** What it is; null where it is gone or not known. */
  readonly to: string | null;
}

export interface Compared {
  readonly image: ImageDefinition;
  readonly records: readonly InputRecord[];
  /** Digest of the ignore file's text. */
  readonly ignore: string;
}

const MAX_SHOWN = 200;

/** Compares with all inputs of an earlier key. */
export function reasonsFromState(
  before: ImageState,
  { image, records, ignore }: Compared,
): readonly Reason[] {
  const earlierRecords = recordsOf(before);
  if (!earlierRecords) return [];
  const reasons: Reason[] = [];
  if (before.ignore !== ignore) reasons.push(reason('ignore', '.dockerignore', undefined, null, null));
  if (before.target !== (image.target ?? '')) {
    reasons.push(
      reason(
        'target',
        image.target ?? 'last stage',
        undefined,
        before.target || 'last stage',
        image.target ?? 'last stage',
      ),
    );
  }
  // Where the key has only now come to cover everything, or no more does, the files of the context are no reason.
  const widened = records.some(isOfWhole) !== earlierRecords.some(isOfWhole);
  const old = byIdentity(widened ? earlierRecords.filter((record) => !isOfWhole(record)) : earlierRecords);
  const now = byIdentity(widened ? records.filter((record) => !isOfWhole(record)) : records);
  for (const [identity, record] of now) {
    const earlier = old.get(identity);
    if (earlier && sameFields(earlier, record)) continue;
    reasons.push(describe(record, earlier, record));
  }
  for (const [identity, record] of old) {
    if (!now.has(identity)) reasons.push(describe(record, record, undefined));
  }
  return tidied(reasons);
}

/** Compares with the groups of the lock; files are named from Git where it knows the lock's commit. */
export function reasonsFromLock(entry: LockedImage, { image, records }: Compared): readonly Reason[] {
  if (!entry.inputs) return [];
  const old = new Map(Object.entries(entry.inputs).map(([name, digest]) => [groupName(name), digest]));
  const now = new Map(
    Object.entries(inputGroups(records)).map(([name, digest]) => [groupName(name), digest]),
  );
  const moved = [...new Set([...now.keys(), ...old.keys()])].filter(
    (name) => old.get(name) !== now.get(name),
  );
  const changedFilesOf = changedFilesSince(image, entry.commit);
  return tidied(
    moved.flatMap((group) => {
      const own = records.filter((record) => groupName(record.group) === group);
      const files = changedFilesOf(group, own);
      if (files.length > 0) return files.map((file) => reason('file', file.name, file.line, null, null));
      const kind = own[0]?.kind ?? kindOfGroup(group);
      // Instructions and arguments share a group: the line of the first would be that of another one.
      const line = kind === 'instruction' || kind === 'arg' ? undefined : own[0]?.line;
      return [reason(kind, group, line, old.get(group) ?? null, now.get(group) ?? null)];
    }),
  );
}

function kindOfGroup(group: string): ReasonKind {
  if (group.startsWith('base ')) return 'base';
  if (group === 'args') return 'arg';
  return /^(?:COPY|ADD|FROM|RUN) /.test(group) ? 'file' : 'instruction';
}

function reason(
  kind: ReasonKind,
  name: string,
  line: number | undefined,
  from: string | null,
  to: string | null,
): Reason {
  return { kind, name, line: line ?? null, from, to };
}

/** Records by what they are about; equal ones are counted, so that each has a counterpart. */
function byIdentity(records: readonly InputRecord[]): ReadonlyMap<string, InputRecord> {
  const seen = new Map<string, number>();
  return new Map(
    records.map((record) => {
      const about = `${record.kind}\0${record.group}\0${record.name}`;
      const count = seen.get(about) ?? 0;
      seen.set(about, count + 1);
      return [`${about}\0${count}`, record];
    }),
  );
}

function sameFields(a: InputRecord, b: InputRecord): boolean {
  return a.fields.length === b.fields.length && a.fields.every((field, index) => field === b.fields[index]);
}

function describe(
  about: InputRecord,
  before: InputRecord | undefined,
  after: InputRecord | undefined,
): Reason {
  const { kind, name, line } = about;
  return reason(kind, name, after?.line ?? line, before ? shown(before) : null, after ? shown(after) : null);
}

function shown({ kind, fields, name }: InputRecord): string {
  switch (kind) {
    case 'file': {
      const [, type = '', mode = '', content = ''] = fields;
      if (type === 'file') return `${mode} ${content.slice(0, 12)}`.trim();
      return type === 'link' ? `link to ${mode}` : `${type} ${mode}`.trim();
    }
    case 'instruction':
      return name;
    case 'arg':
      return fields.slice(2).join('').replace(/^=/, '') || 'not set';
    default:
      return fields.join(' ');
  }
}

/** An edited instruction is one reason, not one that went and one that came; a step whose text is the same only follows. */
function tidied(reasons: readonly Reason[]): readonly Reason[] {
  const gone = reasons.filter(({ kind, to }) => kind === 'instruction' && to === null);
  const came = reasons.filter(({ kind, from }) => kind === 'instruction' && from === null);
  const paired = new Set<Reason>();
  const edited = came.flatMap((next) => {
    const word = next.name.split(' ')[0] ?? '';
    const previous = gone.find(
      (candidate) => !paired.has(candidate) && candidate.name.startsWith(`${word} `),
    );
    if (!previous) return [];
    paired.add(previous).add(next);
    return [{ ...next, from: previous.name, to: next.name }];
  });
  const rest = reasons.filter((candidate) => !paired.has(candidate));
  const causes = [...edited, ...rest.filter(({ kind, from, to }) => kind !== 'instruction' || from !== to)];
  // Files are no part of a step's own text and variables: where only they are named, something else changed too.
  const chosen = causes.some(({ kind }) => kind !== 'file') ? causes : [...edited, ...rest];
  const distinct = new Map(chosen.map((item) => [`${item.kind}\0${item.name}`, item]));
  return [...distinct.values()].slice(0, MAX_SHOWN);
}
