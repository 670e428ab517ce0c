/** Collects what enters the key, and says of every origin and value how it does. */
import { posix } from 'node:path';
import type { ContextTree } from '../context/context-tree';
import type { SelectedEntry } from '../context/selection';
import { expand } from '../dockerfile/expand';
import type { Doubt, Instruction } from '../dockerfile/instructions';
import { Uncertain } from '../uncertain';
import { type BaseImages, needKey } from './base-image';
import { FramedHash } from './framed-hash';
import type { InputRecord, RecordKind } from './input-record';
import type { StageState } from './stage-state';
import type { Origin, Stage, StageGraph } from './stages';

export interface RecordInput {
  readonly graph: StageGraph;
  readonly bases: BaseImages;
  readonly args: ReadonlyMap<string, string>;
  readonly volatileArgs: ReadonlySet<string>;
  /** Arguments of which only a digest is kept. */
  readonly hiddenArgs: ReadonlySet<string>;
  readonly escapeToken: string;
  /** The tree of a context: `undefined` names the main one. */
  readonly tree: (context: string | undefined) => ContextTree;
}

export interface StageRecords {
  readonly records: readonly InputRecord[];
  readonly doubts: readonly Doubt[];
  /** What the key cannot see although it understands it. */
  readonly warnings: readonly Doubt[];
}

const MAX_NAME = 80;
const VOLATILE = /\0volatile (\w+)\0/;

/** Stands for the value of a volatile argument, and with it in every variable, label and path that is made of it. */
export function volatileMark(name: string): string {
  return `\0volatile ${name}\0`;
}

export class RecordCollector implements StageRecords {
  readonly records: InputRecord[] = [];
  readonly doubts: Doubt[] = [];
  readonly warnings: Doubt[] = [];
  /** Number of each reachable stage, so that names and unreachable stages do not matter. */
  private readonly numbers: ReadonlyMap<Stage, number>;

  constructor(readonly input: RecordInput) {
    this.numbers = new Map(input.graph.reachable.map((stage, index) => [stage, index]));
  }

  numberOf(stage: Stage): string {
    return String(this.numbers.get(stage));
  }

  add(
    kind: RecordKind,
    group: string,
    name: string,
    line: number | undefined,
    fields: readonly string[],
  ): void {
    this.records.push({ kind, group, name, line, fields });
  }

  /** The entries of a context that `select` takes. */
  addEntries(
    group: string,
    line: number,
    context: string | undefined,
    select: (tree: ContextTree) => readonly SelectedEntry[],
  ): void {
    const prefix = context === undefined ? '' : `${posix.basename(context)}:`;
    for (const { path, fields } of select(this.input.tree(context))) {
      this.add('file', group, `${prefix}${path === '' ? '.' : path}`, line, fields);
    }
  }

  /** What an origin puts into the key; the digest of an image and the files of a folder are records of their own. */
  originFields(origin: Origin, line: number): readonly string[] {
    switch (origin.kind) {
      case 'scratch':
        return ['scratch'];
      case 'folder':
        return ['folder'];
      case 'stage':
        return ['stage', this.numberOf(origin.stage)];
      case 'image': {
        const { image } = origin;
        const digest = this.input.bases.get(needKey(image))?.digest ?? 'unknown';
        this.add('base', `base ${image.reference}`, image.reference, line, [digest]);
        return ['image'];
      }
    }
  }

  /** A word with its variables expanded. */
  value(word: string, { env }: StageState): string {
    return expand(word, env, { escapeToken: this.input.escapeToken });
  }

  /** The name of a file of the context. @throws {Uncertain} where a volatile argument is a part of it */
  fileName(word: string, state: StageState): string {
    const name = this.value(word, state);
    const [, volatile] = VOLATILE.exec(name) ?? [];
    if (volatile === undefined) return name;
    throw new Uncertain(`a file is named by ${volatile}, which is among volatileArgs`);
  }

  /** An instruction, by its keyword and these fields. */
  addInstruction(instruction: Instruction, fields: readonly string[]): void {
    this.add('instruction', 'Dockerfile', nameOf(instruction), instruction.line, [
      instruction.keyword,
      ...fields,
    ]);
  }

  /** A value of an argument as the key and its reasons hold it. */
  shown(name: string, value: string): string {
    return this.input.hiddenArgs.has(name) ? new FramedHash().add([value]).hex() : value;
  }
}

/** An instruction as a person finds it again. */
function nameOf({ keyword, text }: Instruction): string {
  const line = `${keyword} ${text.slice(keyword.length).trim()}`;
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME - 3)}...` : line;
}
