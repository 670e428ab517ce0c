/** What a RUN instruction puts into the key. */
import { selectMounted } from '../context/selection';
import { type Instruction, jsonWords } from '../dockerfile/instructions';
import { flagPairs, knownFlags } from './instruction-values';
import { checkMount, type Mount, mountsOf } from './mounts';
import type { RecordCollector } from './record-collector';
import type { StageState } from './stage-state';

const PROXY = /^(?:https?|ftp|no|all)_proxy$/i;

/** What a RUN step can see: its text, its environment, and what is mounted. */
export function addRun(collector: RecordCollector, instruction: Instruction, state: StageState): void {
  const { line, rest, flags } = instruction;
  const mounts = mountsOf(instruction);
  const others = flagPairs(flags).filter(({ name }) => name !== 'mount');
  knownFlags(flags, ['network', 'security'], ['mount', 'device']);
  const words = jsonWords(rest);
  collector.addInstruction(instruction, [
    ...[words ? `json ${JSON.stringify(words)}` : rest, state.workdir, state.user, state.shell],
    ...others.map(({ name, value }) => `--${name}=${value}`).sort(),
    ...instruction.heredocs.flatMap(({ name, chomp, content }) => ['heredoc', name, String(chomp), content]),
    ...mounts.flatMap(({ fields }) => ['mount', ...fields.map((field) => collector.value(field, state))]),
    ...stepEnvironment(collector, state),
  ]);
  for (const mount of mounts) addMount(collector, mount, line, state);
}

function stepEnvironment(collector: RecordCollector, { env, baseEnv }: StageState): readonly string[] {
  const { args, volatileArgs } = collector.input;
  const visible = [...env].filter(([name, value]) => !volatileArgs.has(name) && baseEnv.get(name) !== value);
  const proxies = [...args].filter(([name]) => PROXY.test(name) && !volatileArgs.has(name));
  return [...visible, ...proxies].map(([name, value]) => `${name}=${collector.shown(name, value)}`).sort();
}

function addMount(collector: RecordCollector, mount: Mount, line: number, state: StageState): void {
  checkMount(mount);
  if (mount.type === 'tmpfs' || mount.type === 'secret' || mount.type === 'ssh') return;
  if (mount.type === 'cache' && mount.from === undefined) return;
  const source = collector.fileName(mount.source, state);
  const origin = mount.from === undefined ? undefined : collector.input.graph.originOf(mount.from, line);
  if (origin) {
    const fields = ['mount from', ...collector.originFields(origin, line), source];
    collector.add('instruction', 'Dockerfile', `mount from ${mount.from}`, line, fields);
  }
  if (origin && origin.kind !== 'folder') return;
  collector.addEntries(`RUN line ${line}`, line, origin?.context, (tree) => selectMounted(tree, source));
}
