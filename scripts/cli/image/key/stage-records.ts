/** What of each reachable stage can change the image, as records for the key. */
import { posix } from 'node:path';
import type { ContextTree } from '../context/context-tree';
import { type SelectedEntry, selectAll, selectCopied, selectMounted } from '../context/selection';
import { expand } from '../dockerfile/expand';
import { type Doubt, type Instruction, jsonWords } from '../dockerfile/instructions';
import { Uncertain } from '../uncertain';
import { configurationFields } from './configuration-fields';
import { FramedHash } from './framed-hash';
import type { InputRecord, RecordKind } from './input-record';
import { argumentPairs, flagPairs, knownFlags, listWords } from './instruction-values';
import { checkMount, type Mount, mountsOf } from './mounts';
import { resolvePath, type StageState, stateOnBase, stateOnStage } from './stage-state';
import { type BaseImages, needKey, type Origin, type Stage, type StageGraph } from './stages';

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

const PROXY = /^(?:https?|ftp|no|all)_proxy$/i;
const REMOTE = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|git@|[\w.-]+@[\w.-]+:|github\.com\/)/;
const MAX_NAME = 80;

export function stageRecords(input: RecordInput): StageRecords {
  const reader = new StageReader(input);
  for (const stage of input.graph.reachable) reader.read(stage);
  return reader;
}

class StageReader implements StageRecords {
  readonly records: InputRecord[] = [];
  readonly doubts: Doubt[] = [];
  readonly warnings: Doubt[] = [];
  private readonly states = new Map<Stage, StageState>();
  /** Number of each reachable stage, so that names and unreachable stages do not matter. */
  private readonly numbers: ReadonlyMap<Stage, number>;

  constructor(private readonly input: RecordInput) {
    this.numbers = new Map(input.graph.reachable.map((stage, index) => [stage, index]));
  }

  read(stage: Stage): void {
    const inImage = this.input.graph.chain.has(stage);
    this.add('instruction', 'stages', `stage ${stage.name ?? stage.index}`, stage.line, [
      ...['FROM', String(this.numbers.get(stage)), String(inImage)],
      ...this.originFields(stage.origin, stage.line),
    ]);
    if (stage.origin.kind === 'folder') {
      this.addEntries(
        `FROM ${stage.name ?? stage.origin.context}`,
        stage.line,
        stage.origin.context,
        selectAll,
      );
    }
    const state = this.begin(stage);
    this.states.set(stage, state);
    for (const instruction of stage.instructions) {
      try {
        this.instruction(instruction, state, inImage);
      } catch (error) {
        if (!(error instanceof Uncertain)) throw error;
        this.doubts.push({ line: instruction.line, reason: `${instruction.keyword}: ${error.message}` });
      }
    }
  }

  private add(
    kind: RecordKind,
    group: string,
    name: string,
    line: number | undefined,
    fields: readonly string[],
  ): void {
    this.records.push({ kind, group, name, line, fields });
  }

  private addEntries(
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
  private originFields(origin: Origin, line: number): readonly string[] {
    switch (origin.kind) {
      case 'scratch':
        return ['scratch'];
      case 'folder':
        return ['folder'];
      case 'stage':
        return ['stage', String(this.numbers.get(origin.stage))];
      case 'image': {
        const { image } = origin;
        const digest = this.input.bases.get(needKey(image))?.digest ?? 'unknown';
        this.add('base', `base ${image.reference}`, image.reference, line, [digest]);
        return ['image'];
      }
    }
  }

  private begin({ origin }: Stage): StageState {
    const parent = origin.kind === 'stage' ? this.states.get(origin.stage) : undefined;
    if (parent) return stateOnStage(parent);
    return stateOnBase(origin.kind === 'image' ? this.input.bases.get(needKey(origin.image)) : undefined);
  }

  private value(word: string, { env }: StageState): string {
    return expand(word, env, { escapeToken: this.input.escapeToken });
  }

  private instruction(instruction: Instruction, state: StageState, inImage: boolean): void {
    const { keyword, rest, line } = instruction;
    if (keyword === 'RUN') this.run(instruction, state);
    else if (keyword === 'COPY' || keyword === 'ADD') this.copy(instruction, state, inImage);
    else if (keyword === 'ARG') this.argument(instruction, state, inImage);
    else if (keyword === 'WORKDIR') {
      knownFlags(instruction.flags, []);
      state.workdir = resolvePath(state.workdir, this.value(rest, state));
      this.addInstruction(instruction, [state.workdir, state.user]);
    } else {
      const before = { ...state, env: new Map(state.env) };
      const fields = configurationFields(
        instruction,
        state,
        (word) => this.value(word, before),
        this.input.escapeToken,
      );
      // Where nothing of the stage's configuration gets into the image, only its files matter.
      if (inImage || fields === undefined) this.addInstruction(instruction, fields ?? [rest]);
      if (fields === undefined) throw new Uncertain('instruction that is not known');
    }
    if (instruction.heredocs.length > 0 && !['RUN', 'COPY', 'ADD', 'ONBUILD'].includes(keyword)) {
      this.doubts.push({ line, reason: `${keyword} with a here-document` });
    }
  }

  private addInstruction(instruction: Instruction, fields: readonly string[]): void {
    this.add('instruction', 'Dockerfile', nameOf(instruction), instruction.line, [
      instruction.keyword,
      ...fields,
    ]);
  }

  private argument({ rest, line, keyword, flags }: Instruction, state: StageState, inImage: boolean): void {
    const { escapeToken, args, graph, volatileArgs } = this.input;
    knownFlags(flags, []);
    for (const { name, value } of argumentPairs(rest, escapeToken)) {
      if (!/^\w+$/.test(name)) throw new Uncertain(`name ${JSON.stringify(name)}`);
      const inherited = value === undefined ? graph.globalArguments.get(name) : undefined;
      const resolved = args.get(name) ?? (value === undefined ? inherited : this.value(value, state));
      if (resolved !== undefined) state.env.set(name, resolved);
      if (!inImage) continue;
      const shown = resolved === undefined ? [] : ['=', this.shown(name, resolved)];
      this.add('arg', 'args', name, line, [
        keyword,
        name,
        ...(volatileArgs.has(name) ? ['volatile'] : shown),
      ]);
    }
  }

  private shown(name: string, value: string): string {
    return this.input.hiddenArgs.has(name) ? new FramedHash().add([value]).hex() : value;
  }

  private run(instruction: Instruction, state: StageState): void {
    const { line, rest, flags } = instruction;
    const mounts = mountsOf(instruction);
    const others = flagPairs(flags).filter(({ name }) => name !== 'mount');
    knownFlags(flags, ['network', 'security'], ['mount', 'device']);
    const words = jsonWords(rest);
    this.addInstruction(instruction, [
      ...[words ? `json ${JSON.stringify(words)}` : rest, state.workdir, state.user, state.shell],
      ...others.map(({ name, value }) => `--${name}=${value}`).sort(),
      ...instruction.heredocs.flatMap(({ name, chomp, content }) => [
        'heredoc',
        name,
        String(chomp),
        content,
      ]),
      ...mounts.flatMap(({ fields }) => ['mount', ...fields.map((field) => this.value(field, state))]),
      ...this.stepEnvironment(state),
    ]);
    for (const mount of mounts) this.mount(mount, `RUN line ${line}`, line, state);
  }

  private stepEnvironment({ env, baseEnv }: StageState): readonly string[] {
    const visible = [...env].filter(
      ([name, value]) => !this.input.volatileArgs.has(name) && baseEnv.get(name) !== value,
    );
    const proxies = [...this.input.args].filter(([name]) => PROXY.test(name));
    return [...visible, ...proxies].map(([name, value]) => `${name}=${this.shown(name, value)}`).sort();
  }

  private mount(mount: Mount, group: string, line: number, state: StageState): void {
    checkMount(mount);
    if (mount.type === 'tmpfs' || mount.type === 'secret' || mount.type === 'ssh') return;
    if (mount.type === 'cache' && mount.from === undefined) return;
    const source = this.value(mount.source, state);
    const origin = mount.from === undefined ? undefined : this.input.graph.originOf(mount.from, line);
    if (origin) {
      const fields = ['mount from', ...this.originFields(origin, line), source];
      this.add('instruction', 'Dockerfile', `mount from ${mount.from}`, line, fields);
    }
    if (origin && origin.kind !== 'folder') return;
    this.addEntries(group, line, origin?.context, (tree) => selectMounted(tree, source));
  }

  private copy(instruction: Instruction, state: StageState, inImage: boolean): void {
    const { keyword, line, flags } = instruction;
    const given = copyFlags(keyword, flags);
    const excludes = flagPairs(flags).flatMap(({ name, value }) => (name === 'exclude' ? [value] : []));
    const { sources, destination } = this.operands(instruction, state);
    const chmod = this.value(given['chmod'] ?? '', state);
    const checksum = this.value(given['checksum'] ?? '', state);
    const parents = isTrue(given['parents']);
    const from = given['from'];
    const origin = from === undefined ? undefined : this.input.graph.originOf(from, line);
    const remote = keyword === 'ADD' ? sources.filter((source) => REMOTE.test(source)) : [];
    for (const source of remote) {
      if (checksum !== '' || /[?&]checksum=/.test(source)) continue;
      this.warnings.push({
        line,
        reason: `ADD ${source}: what is there cannot be seen; give --checksum, or set refresh`,
      });
    }
    const fromFolder = origin === undefined || origin.kind === 'folder';
    // The history tells the sources of a stage that is part of the image; of others only their files matter.
    const told = inImage || !fromFolder || parents ? sources : remote;
    this.addInstruction(instruction, [
      ...[this.value(given['chown'] ?? '', state), chmod, String(isTrue(given['link'])), String(parents)],
      ...[given['keep-git-dir'] ?? '', checksum, given['unpack'] ?? ''],
      ...(origin ? this.originFields(origin, line) : []),
      ...['from', ...told],
      ...(fromFolder ? [] : ['exclude', ...excludes]),
      ...['to', inImage ? destination : '', absoluteDestination(state.workdir, destination)],
      ...this.inlineFiles(instruction, state),
    ]);
    if (!fromFolder) return;
    const context = origin?.kind === 'folder' ? origin.context : undefined;
    const local = sources.filter((source) => !remote.includes(source) || source.startsWith('github.com/'));
    const modes = !/^[0-7]+$/.test(chmod);
    const group = `${keyword} ${from === undefined ? '' : `--from=${from} `}${local.join(' ')}`;
    this.addEntries(group, line, context, (tree) =>
      selectCopied(tree, { sources: local, excludes, parents, modes }),
    );
  }

  private operands({ rest, heredocs }: Instruction, state: StageState) {
    const words = listWords(rest);
    const destination = words.at(-1);
    if (destination === undefined || words.length < 2) throw new Uncertain('no source, or no destination');
    const inline = new Set(heredocs.map(({ name }) => name));
    const sources = words.slice(0, -1).filter((word) => !isInline(word, inline));
    return {
      sources: sources.map((word) => this.value(word, state)),
      destination: this.value(destination, state),
    };
  }

  private inlineFiles({ heredocs }: Instruction, { env }: StageState): readonly string[] {
    return heredocs.flatMap(({ name, content, chomp, expand: expands }) => {
      const text = chomp ? content.replace(/^\t+/gm, '') : content;
      return ['inline', name, expands ? expand(text, env, { escapeToken: '\\', quotes: false }) : text];
    });
  }
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

/** An instruction as a person finds it again. */
function nameOf({ keyword, text }: Instruction): string {
  const line = `${keyword} ${text.slice(keyword.length).trim()}`;
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME - 3)}...` : line;
}
