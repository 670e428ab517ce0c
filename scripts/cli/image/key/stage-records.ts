/** What of each reachable stage can change the image, as records for the key. */
import { selectAll } from '../context/selection';
import type { Instruction } from '../dockerfile/instructions';
import { Uncertain } from '../uncertain';
import { needKey } from './base-image';
import { configurationFields } from './configuration-fields';
import { addCopy } from './copy-records';
import { argumentPairs, knownFlags } from './instruction-values';
import { RecordCollector, type RecordInput, type StageRecords, volatileMark } from './record-collector';
import { addRun } from './run-records';
import { resolvePath, type StageState, stateOnBase, stateOnStage } from './stage-state';
import type { Stage } from './stages';

export function stageRecords(input: RecordInput): StageRecords {
  const collector = new RecordCollector(input);
  const reader = new StageReader(collector);
  for (const stage of input.graph.reachable) reader.read(stage);
  return collector;
}

class StageReader {
  private readonly states = new Map<Stage, StageState>();

  constructor(private readonly collector: RecordCollector) {}

  read(stage: Stage): void {
    const inImage = this.collector.input.graph.chain.has(stage);
    this.collector.add('instruction', 'stages', `stage ${stage.name ?? stage.index}`, stage.line, [
      ...['FROM', this.collector.numberOf(stage), String(inImage)],
      ...this.collector.originFields(stage.origin, stage.line),
    ]);
    if (stage.origin.kind === 'folder') {
      this.collector.addEntries(
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
        this.collector.doubts.push({
          line: instruction.line,
          reason: `${instruction.keyword}: ${error.message}`,
        });
      }
    }
  }

  private begin({ origin }: Stage): StageState {
    const parent = origin.kind === 'stage' ? this.states.get(origin.stage) : undefined;
    if (parent) return stateOnStage(parent);
    return stateOnBase(
      origin.kind === 'image' ? this.collector.input.bases.get(needKey(origin.image)) : undefined,
    );
  }

  private instruction(instruction: Instruction, state: StageState, inImage: boolean): void {
    const { keyword, rest, line } = instruction;
    if (keyword === 'RUN') addRun(this.collector, instruction, state);
    else if (keyword === 'COPY' || keyword === 'ADD') addCopy(this.collector, instruction, state, inImage);
    else if (keyword === 'ARG') this.argument(instruction, state, inImage);
    else if (keyword === 'WORKDIR') {
      knownFlags(instruction.flags, []);
      state.workdir = resolvePath(state.workdir, this.collector.value(rest, state));
      this.collector.addInstruction(instruction, [state.workdir, state.user]);
    } else {
      const fields = configurationFields(
        instruction,
        state,
        (word) => this.collector.value(word, state),
        this.collector.input.escapeToken,
      );
      // Where nothing of the stage's configuration gets into the image, only its files matter.
      if (inImage || fields === undefined) this.collector.addInstruction(instruction, fields ?? [rest]);
      if (fields === undefined) throw new Uncertain('instruction that is not known');
    }
    if (instruction.heredocs.length > 0 && !['RUN', 'COPY', 'ADD', 'ONBUILD'].includes(keyword)) {
      this.collector.doubts.push({ line, reason: `${keyword} with a here-document` });
    }
  }

  private argument({ rest, line, keyword, flags }: Instruction, state: StageState, inImage: boolean): void {
    const { escapeToken, args, graph, volatileArgs } = this.collector.input;
    knownFlags(flags, []);
    for (const { name, value } of argumentPairs(rest, escapeToken)) {
      if (!/^\w+$/.test(name)) throw new Uncertain(`name ${JSON.stringify(name)}`);
      const inherited = value === undefined ? graph.globalArguments.get(name) : undefined;
      const resolved =
        args.get(name) ?? (value === undefined ? inherited : this.collector.value(value, state));
      const told = volatileArgs.has(name) ? volatileMark(name) : resolved;
      if (told !== undefined) state.env.set(name, told);
      if (!inImage) continue;
      const shown = resolved === undefined ? [] : ['=', this.collector.shown(name, resolved)];
      this.collector.add('arg', 'args', name, line, [
        keyword,
        name,
        ...(volatileArgs.has(name) ? ['volatile'] : shown),
      ]);
    }
  }
}
