import type { Command, Option } from 'commander';
import * as z from 'zod';
import { BadInput, Problems } from '../../bad-input';
import { collectList, collectWhole } from '../../option-values';

/** Inputs of the action that are no options of the command it runs. */
export const OWN_INPUTS = ['list', 'urls', 'endpoint', 'api-key', 'fail-below', 'package'] as const;
/** Options that the action sets itself. */
export const SET_BY_ACTION = ['json', 'quiet', 'wait', 'api-key-file', 'endpoint'];

const inputsSchema = z.record(z.string(), z.string());

/** What the action was asked to do. */
export interface WarmOrder {
  /** Of `warmpath`, from the name of the command on. */
  readonly args: readonly string[];
  /** For standard input. */
  readonly urls: string | undefined;
  readonly apiKey: string | undefined;
  /** Percent of the fetches. */
  readonly failBelow: number;
}

/**
 * Reads the inputs of the action. Each option of the command is an input of its name; empty is as if it were not given, as
 * GitHub passes every input, and a line is a value where an option takes several.
 * @param prewarm the group with the commands `run` and `submit`
 * @throws BadInput naming everything that is wrong
 */
export async function readInputs(json: string | undefined, prewarm: Command): Promise<WarmOrder> {
  const given = Object.fromEntries(
    Object.entries(parseInputs(json)).filter(([, value]) => value.trim() !== ''),
  );
  const {
    list,
    urls,
    endpoint,
    'api-key': apiKey,
    'fail-below': failBelow = '100',
    package: _,
    ...options
  } = given;
  const name = endpoint === undefined ? 'run' : 'submit';
  const command = prewarm.commands.find((each) => each.name() === name);
  if (command === undefined) throw new Error(`prewarm has no command ${name}`);
  const problems = new Problems();
  const flags: string[] = [];
  for (const [input, value] of Object.entries(options))
    await problems.collect(() => flags.push(...flagsOf(input, value, command)));
  const share = Number(failBelow);
  const refusals = [
    !(share >= 0 && share <= 100) &&
      `fail-below: got ${JSON.stringify(failBelow)}; allowed: percent, from 0 to 100`,
    list !== undefined && urls !== undefined && 'list and urls: got both; allowed: one of them',
    endpoint === undefined &&
      apiKey !== undefined &&
      'api-key: got one without endpoint, so nobody asks for it; name both or neither',
  ];
  for (const refusal of refusals)
    await problems.collect(() => {
      if (refusal) throw new BadInput(refusal);
    });
  problems.throwIfAny();
  const where = endpoint === undefined ? [] : [`--endpoint=${endpoint.trim()}`, '--wait'];
  const what = urls === undefined ? list?.trim() : '-';
  return {
    args: ['prewarm', name, ...where, ...flags, '--json', ...(what === undefined ? [] : ['--', what])],
    urls,
    apiKey: apiKey?.trim(),
    failBelow: share,
  };
}

function parseInputs(json: string | undefined): Readonly<Record<string, string>> {
  const allowed = 'allowed: an object of texts, as the action sets it with toJSON(inputs)';
  if (!json) throw new BadInput(`WARMPATH_INPUTS: got nothing; ${allowed}`);
  try {
    return inputsSchema.parse(JSON.parse(json));
  } catch (cause) {
    // A key may be in it: it is not shown.
    throw new BadInput(`WARMPATH_INPUTS: got something else; ${allowed}`, { cause });
  }
}

function flagsOf(input: string, value: string, command: Command): readonly string[] {
  const option = command.options.find(({ long }) => long === `--${input}`);
  if (option === undefined || SET_BY_ACTION.includes(input))
    throw new BadInput(
      `${input}: got it for \`warmpath prewarm ${command.name()}\`, which has no such option; leave it out`,
    );
  if (option.isBoolean() || (option.optional && /^(?:true|false)$/.test(value.trim())))
    return switchOf(input, value.trim());
  const lines = value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length > 1 && !takesSeveral(option))
    throw new BadInput(`${input}: got ${lines.length} lines; allowed: one value`);
  return lines.map((line) => `--${input}=${line}`);
}

function switchOf(input: string, value: string): readonly string[] {
  if (value === 'true') return [`--${input}`];
  if (value === 'false') return [];
  throw new BadInput(`${input}: got ${JSON.stringify(value)}; allowed: true, false`);
}

function takesSeveral({ parseArg }: Option): boolean {
  return [collectList, collectWhole].some((collect) => parseArg === collect);
}
