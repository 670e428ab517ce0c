/** The operands of instructions, taken apart but not yet expanded. */
import { jsonWords } from '../dockerfile/instructions';
import { plainWords, quotedWords } from '../dockerfile/words';
import { Uncertain } from '../uncertain';

export interface Pair {
  readonly name: string;
  /** As written, with quotes. */
  readonly value: string | undefined;
}

/** `NAME` and `NAME=value` of an ARG. */
export function argumentPairs(rest: string, escapeToken: string): readonly Pair[] {
  return quotedWords(rest, escapeToken).map((word) => {
    const equals = word.indexOf('=');
    return equals < 0
      ? { name: word, value: undefined }
      : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

/** `name=value …` of ENV and LABEL, or the one `name value` of their old form. */
export function keyValuePairs(rest: string, escapeToken: string): readonly { name: string; value: string }[] {
  const words = quotedWords(rest, escapeToken);
  if (!(words[0] ?? '').includes('=')) {
    const [, name = '', value] = /^([^\t\v\f\r ]+)[\t\v\f\r ]+([\s\S]*)$/.exec(rest) ?? [];
    if (value === undefined) throw new Uncertain(`${JSON.stringify(rest)} gives a name without a value`);
    return [{ name, value }];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals < 0) throw new Uncertain(`${JSON.stringify(word)} is no name=value`);
    return { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

/** Words of an instruction that may be written as a JSON array. */
export function listWords(rest: string): readonly string[] {
  return jsonWords(rest) ?? plainWords(rest);
}

/** Flags as name and value; a flag without a value is `true`. */
export function flagPairs(
  flags: readonly string[],
): readonly { readonly name: string; readonly value: string }[] {
  return flags.map((flag) => {
    const equals = flag.indexOf('=');
    return equals < 0
      ? { name: flag.slice(2), value: 'true' }
      : { name: flag.slice(2, equals), value: flag.slice(equals + 1) };
  });
}

/** @throws {Uncertain} for a flag that is not among those allowed, or one that is given twice */
export function knownFlags<Name extends string>(
  flags: readonly string[],
  single: readonly Name[],
  repeated: readonly string[] = [],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const { name, value } of flagPairs(flags)) {
    if (repeated.includes(name)) continue;
    const known = single.find((candidate) => candidate === name);
    if (known === undefined) throw new Uncertain(`flag --${name} is not known`);
    if (found[known] !== undefined) throw new Uncertain(`flag --${name} is given twice`);
    found[known] = value;
  }
  return found;
}
