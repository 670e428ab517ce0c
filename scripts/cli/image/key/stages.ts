/** The stages of a Dockerfile, where each begins and takes files from, and which of them the target can reach. */
import { BadInput } from '../../bad-input';
import { expand } from '../dockerfile/expand';
import {
  type Doubt,
  type Instruction,
  type ParsedDockerfile,
  parseTrigger,
} from '../dockerfile/instructions';
import { plainWords } from '../dockerfile/words';
import { familiarName, parseReference } from '../registry/reference';
import { Uncertain } from '../uncertain';
import { type BaseImages, type ImageNeed, needKey } from './base-image';
import { argumentPairs } from './instruction-values';
import { mountsOf } from './mounts';
import { formatPlatform, type Platform, parsePlatform, platformArguments } from './platforms';

/** Where a stage begins, or where an instruction takes files from. */
export type Origin =
  | { readonly kind: 'scratch' }
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'image'; readonly image: ImageNeed }
  /** A named context that is a folder. */
  | { readonly kind: 'folder'; readonly context: string };

export interface Stage {
  /** Position in the Dockerfile, from 0. */
  readonly index: number;
  readonly name: string | undefined;
  readonly line: number;
  readonly origin: Origin;
  /** Platform of the origin where it is an image. */
  readonly platform: string;
  /** Triggers of the base first; empty where a named context replaces the stage. */
  readonly instructions: readonly Instruction[];
  readonly replaced: boolean;
}

/** Named contexts of an image: `docker-image://…` as written, folders as absolute paths, or anything remote. */
export type NamedContexts = ReadonlyMap<string, string>;

export interface StageGraph {
  readonly stages: readonly Stage[];
  readonly target: Stage;
  /** Target first; in the order they were reached. */
  readonly reachable: readonly Stage[];
  /** The target and the stages it is built FROM. */
  readonly chain: ReadonlySet<Stage>;
  readonly globalArguments: ReadonlyMap<string, string>;
  readonly needs: readonly ImageNeed[];
  readonly doubts: readonly Doubt[];
  /** The origin that `--from` or a mount names. */
  readonly originOf: (name: string, line: number) => Origin;
}

export interface StageInput {
  readonly dockerfile: ParsedDockerfile;
  /** What errors begin with: the image and its Dockerfile. */
  readonly where: string;
  readonly target: string | undefined;
  readonly platform: Platform;
  readonly args: ReadonlyMap<string, string>;
  readonly contexts: NamedContexts;
  /** Images looked up so far. */
  readonly bases: BaseImages;
}

const IMAGE_CONTEXT = 'docker-image://';

/** @throws {BadInput} where no stage is there, or none of the target's name */
export function stageGraph(input: StageInput): StageGraph {
  return new GraphBuilder(input).build();
}

class GraphBuilder {
  private readonly doubts: Doubt[] = [];
  private readonly stages: Stage[] = [];
  private readonly byName = new Map<string, Stage>();
  private readonly needs = new Map<string, ImageNeed>();
  private readonly globals: Map<string, string>;

  constructor(private readonly input: StageInput) {
    this.globals = new Map(platformArguments(input.platform, input.target?.toLowerCase() ?? ''));
    for (const [name, value] of input.args) if (this.globals.has(name)) this.globals.set(name, value);
  }

  build(): StageGraph {
    this.readStages();
    const target = this.findTarget();
    const reachable = this.reach(target);
    const chain = new Set<Stage>();
    for (
      let stage: Stage | undefined = target;
      stage;
      stage = stage.origin.kind === 'stage' ? stage.origin.stage : undefined
    ) {
      chain.add(stage);
    }
    return {
      stages: this.stages,
      target,
      reachable,
      chain,
      globalArguments: this.globals,
      needs: [...this.needs.values()],
      doubts: this.doubts,
      originOf: (name, line) => this.source(name, line),
    };
  }

  /** The origin that `--from` or a mount names. */
  private source(name: string, line: number): Origin {
    const byIndex = /^\d+$/.test(name) ? this.stages[Number(name)] : undefined;
    const stage = byIndex ?? this.byName.get(name.toLowerCase());
    if (stage) return { kind: 'stage', stage };
    if (/^\d+$/.test(name)) this.doubts.push({ line, reason: `no stage has the number ${name}` });
    return this.outside(name, formatPlatform(this.input.platform), line);
  }

  private readStages(): void {
    const begun: { from: Instruction; own: Instruction[] }[] = [];
    for (const instruction of this.input.dockerfile.instructions) {
      const current = begun.at(-1);
      if (instruction.keyword === 'FROM') begun.push({ from: instruction, own: [] });
      else if (current) current.own.push(instruction);
      else if (instruction.keyword === 'ARG') this.readGlobalArgument(instruction);
      else
        this.doubts.push({ line: instruction.line, reason: `${instruction.keyword} before the first FROM` });
    }
    for (const { from, own } of begun) this.addStage(from, own);
  }

  private readGlobalArgument(instruction: Instruction): void {
    for (const { name, value } of argumentPairs(instruction.rest, this.input.dockerfile.escapeToken)) {
      const given = this.input.args.get(name);
      const resolved =
        given ?? (value === undefined ? undefined : this.expandGlobal(value, instruction.line));
      if (resolved !== undefined) this.globals.set(name, resolved);
    }
  }

  private expandGlobal(word: string, line: number): string {
    try {
      return expand(word, this.globals, { escapeToken: this.input.dockerfile.escapeToken });
    } catch (error) {
      if (!(error instanceof Uncertain)) throw error;
      this.doubts.push({ line, reason: error.message });
      return word;
    }
  }

  private addStage({ line, rest, flags }: Instruction, own: readonly Instruction[]): void {
    const words = plainWords(rest);
    const named = words.length === 3 && words[1]?.toUpperCase() === 'AS';
    if (words.length !== 1 && !named) this.doubts.push({ line, reason: 'FROM in a form that is not known' });
    const name = named ? words[2]?.toLowerCase() : undefined;
    let platform = formatPlatform(this.input.platform);
    for (const flag of flags) {
      const value = /^--platform=(.+)$/.exec(flag)?.[1];
      const parsed = value === undefined ? undefined : parsePlatform(this.expandGlobal(value, line));
      if (parsed) platform = formatPlatform(parsed);
      else this.doubts.push({ line, reason: `FROM ${flag}` });
    }
    const index = this.stages.length;
    const context = name === undefined ? undefined : this.contextOf(name, platform, line);
    if (context && own.some(({ keyword }) => keyword === 'ONBUILD')) {
      this.doubts.push({ line, reason: 'a named context replaces a stage that has ONBUILD' });
    }
    const base = this.expandGlobal(words[0] ?? '', line);
    const origin = context ?? this.base(base, platform, line);
    const instructions = context ? [] : [...this.triggers(origin, line), ...own];
    const stage: Stage = {
      index,
      name,
      line,
      origin,
      platform,
      instructions,
      replaced: context !== undefined,
    };
    this.stages.push(stage);
    if (name !== undefined) this.byName.set(name, stage);
  }

  private base(name: string, platform: string, line: number): Origin {
    const stage = this.byName.get(name.toLowerCase());
    if (stage) return { kind: 'stage', stage };
    return name === 'scratch' ? { kind: 'scratch' } : this.outside(name, platform, line);
  }

  private outside(name: string, platform: string, line: number): Origin {
    const context = this.contextOf(name, platform, line);
    if (context) return context;
    if (name === 'scratch') return { kind: 'scratch' };
    if (parseReference(name) === undefined) {
      const reason =
        name === ''
          ? 'the name of an image is empty; give the argument that it is made of in args'
          : `${JSON.stringify(name)} is no image reference`;
      this.doubts.push({ line, reason });
      return { kind: 'scratch' };
    }
    return { kind: 'image', image: { reference: name, platform } };
  }

  /** The named context that stands for a stage or an image of this name. */
  private contextOf(name: string, platform: string, line: number): Origin | undefined {
    const reference = parseReference(name);
    const value = reference === undefined ? undefined : this.input.contexts.get(familiarName(reference));
    if (value === undefined) return undefined;
    if (value.startsWith('/')) return { kind: 'folder', context: value };
    if (value.startsWith(IMAGE_CONTEXT)) {
      const image = value.slice(IMAGE_CONTEXT.length);
      return image === 'scratch'
        ? { kind: 'scratch' }
        : { kind: 'image', image: { reference: image, platform } };
    }
    this.doubts.push({ line, reason: `named context ${name} is remote: what it holds cannot be seen` });
    return { kind: 'scratch' };
  }

  /** Instructions that the base of a stage asks for with ONBUILD. */
  private triggers(origin: Origin, line: number): readonly Instruction[] {
    const texts =
      origin.kind === 'image'
        ? (this.input.bases.get(needKey(origin.image))?.onBuild ?? [])
        : origin.kind === 'stage'
          ? origin.stage.instructions.filter(({ keyword }) => keyword === 'ONBUILD').map(triggerText)
          : [];
    return texts.flatMap((text) => {
      const parsed = parseTrigger(text, line);
      this.doubts.push(...parsed.doubts);
      if (parsed.instructions.length !== 1)
        this.doubts.push({ line, reason: 'a trigger that is no single instruction' });
      return parsed.instructions;
    });
  }

  private findTarget(): Stage {
    const names = this.stages.map(({ name, index }) => name ?? String(index)).join(', ');
    const { target } = this.input;
    const found = target === undefined ? this.stages.at(-1) : this.byName.get(target.toLowerCase());
    if (found) return found;
    throw new BadInput(
      target === undefined
        ? `${this.input.where} has no FROM; begin a stage with FROM`
        : `${this.input.where}: target: got ${JSON.stringify(target)}; allowed: a stage of the Dockerfile (${names})`,
    );
  }

  private reach(target: Stage): readonly Stage[] {
    const reached = new Set<Stage>([target]);
    for (const stage of reached) {
      for (const origin of [stage.origin, ...this.sourcesOf(stage)]) {
        if (origin.kind === 'stage') reached.add(origin.stage);
        else if (origin.kind === 'image') this.needs.set(needKey(origin.image), origin.image);
      }
    }
    return [...reached].sort((a, b) => a.index - b.index);
  }

  private sourcesOf(stage: Stage): readonly Origin[] {
    return stage.instructions.flatMap((instruction) =>
      sourceNames(instruction).map((name) => this.source(name, instruction.line)),
    );
  }
}

/** What an ONBUILD instruction adds to the stages built on it, here-documents included. */
function triggerText({ rest, heredocs }: Instruction): string {
  return [rest, ...heredocs.map(({ content, name }) => `${content}${name}`)].join('\n');
}

/** The stages, contexts or images that one instruction takes files from, as written. */
export function sourceNames(instruction: Instruction): readonly string[] {
  if (instruction.keyword === 'COPY') {
    return instruction.flags.flatMap((flag) => /^--from=(.+)$/.exec(flag)?.[1] ?? []);
  }
  return instruction.keyword === 'RUN' ? mountsOf(instruction).flatMap(({ from }) => from ?? []) : [];
}
