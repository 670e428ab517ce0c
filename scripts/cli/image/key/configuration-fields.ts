/** Instructions that change no file but the configuration of the image, and the state for the steps after them. */
import { type Instruction, jsonWords } from '../dockerfile/instructions';
import { keyValuePairs, knownFlags, listWords } from './instruction-values';
import type { StageState } from './stage-state';

type Expander = (word: string) => string;

/**
 * Notes in the state what later instructions see, and returns what the image's configuration and history tell;
 * `undefined` for an instruction of another kind.
 */
export function configurationFields(
  instruction: Instruction,
  state: StageState,
  value: Expander,
  escapeToken: string,
): readonly string[] | undefined {
  const { keyword, rest, flags } = instruction;
  if (keyword === 'HEALTHCHECK') {
    knownFlags(flags, ['interval', 'timeout', 'start-period', 'start-interval', 'retries']);
    return [...[...flags].sort(), rest];
  }
  const fields = withoutFlags(instruction, state, value, escapeToken);
  if (fields !== undefined) knownFlags(flags, []);
  return fields;
}

function withoutFlags(
  { keyword, rest, heredocs }: Instruction,
  state: StageState,
  value: Expander,
  escapeToken: string,
): readonly string[] | undefined {
  switch (keyword) {
    case 'ENV': {
      const pairs = expandedPairs(rest, value, escapeToken);
      for (const [name, text] of pairs) {
        state.env.set(name, text);
        state.imageEnv.set(name, text);
      }
      return pairs.flat();
    }
    case 'LABEL':
      return expandedPairs(rest, value, escapeToken).flat();
    case 'USER':
      state.user = value(rest);
      return [state.user];
    case 'SHELL':
      state.shell = JSON.stringify(jsonWords(rest) ?? rest);
      return [state.shell];
    case 'CMD':
    case 'ENTRYPOINT':
      return [JSON.stringify(jsonWords(rest) ?? rest)];
    case 'EXPOSE':
      return exposedPorts(listWords(rest).map(value));
    case 'VOLUME':
      return listWords(rest).map(value);
    case 'STOPSIGNAL':
      return [value(rest)];
    case 'MAINTAINER':
      return [rest];
    case 'ONBUILD':
      return [rest, ...heredocs.flatMap(({ name, content }) => [name, content])];
    default:
      return undefined;
  }
}

function expandedPairs(rest: string, value: Expander, escapeToken: string): readonly [string, string][] {
  return keyValuePairs(rest, escapeToken).map((pair) => [value(pair.name), value(pair.value)]);
}

/** Ports with their protocol in any order, where they are plain ones. */
function exposedPorts(words: readonly string[]): readonly string[] {
  const ports = words.map((word) => /^(\d+)(?:\/([a-z]+))?$/i.exec(word));
  if (ports.includes(null)) return words;
  return ports.map((match) => `${match?.[1]}/${(match?.[2] ?? 'tcp').toLowerCase()}`).sort();
}
