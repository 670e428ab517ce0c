import { readFileSync } from 'node:fs';
import { BadInput } from '../bad-input';
import type { StackReview } from './model/stack-review';
import { type ReviewJson, reviewSchema } from './render/json';
import type { ExpectationResult } from './render/review';

/** What an apply may do: the fingerprint of a review, or the whole review, which tells what differs as well. */
export type Expectation =
  | { readonly kind: 'fingerprint'; readonly fingerprint: string }
  | { readonly kind: 'review'; readonly review: ReviewJson };

const FINGERPRINT = /^[0-9a-f]{32}$/;
const MAX_DIFFERENCES = 20;

/**
 * Returns what `--expect` names: a fingerprint, or a file that `warmpath review --format json` wrote.
 *
 * @throws BadInput where it is neither
 */
export function readExpectation(value: string): Expectation {
  if (FINGERPRINT.test(value)) return { kind: 'fingerprint', fingerprint: value };
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(value, 'utf8'));
  } catch (cause) {
    throw new BadInput(
      `--expect: got ${JSON.stringify(value.slice(0, 100))}; allowed a fingerprint of 32 hexadecimal digits, or a file of warmpath review --format json`,
      { cause },
    );
  }
  const parsed = reviewSchema.safeParse(document);
  if (parsed.success) return { kind: 'review', review: parsed.data };
  throw new BadInput(`--expect ${value}: no review; write it with warmpath review --format json`);
}

/** Compares a fresh review with the one that was approved. */
export function checkExpectation(
  expectation: Expectation,
  stacks: readonly StackReview[],
  fingerprint: string,
): ExpectationResult {
  if (expectation.kind === 'fingerprint') {
    const isSame = expectation.fingerprint === fingerprint;
    const now = stacks.flatMap(({ changes }) =>
      changes.map(({ address, action }) => `${action.kind} ${address}`),
    );
    return {
      expected: expectation.fingerprint,
      isSame,
      differences: isSame
        ? []
        : [
            `the fresh plan has ${fingerprint}; name the JSON of the earlier review to see what differs`,
            ...bounded(now.map((change) => `the fresh plan would ${change}`)),
          ],
    };
  }
  const { review } = expectation;
  const isSame = review.fingerprint === fingerprint;
  return {
    expected: review.fingerprint,
    isSame,
    differences: isSame ? [] : bounded(differencesOf(review, stacks)),
  };
}

function differencesOf(review: ReviewJson, stacks: readonly StackReview[]): readonly string[] {
  const onlyName = stacks.length === 1 && review.stacks.length === 1 ? stacks[0]?.name : undefined;
  const before = entriesOf(
    review.stacks.map(({ name, changes, outputs }) => ({ name: onlyName ?? name, changes, outputs })),
  );
  const now = entriesOf(
    stacks.map(({ name, changes, outputs }) => ({
      name,
      changes: changes.map((change) => ({ ...change, action: change.action.kind })),
      outputs,
    })),
  );
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((key) => {
    const [old, fresh] = [before.get(key), now.get(key)];
    if (old === undefined) return [`${key}: ${fresh?.action} is new; it was not reviewed`];
    if (fresh === undefined) return [`${key}: ${old.action} was reviewed and is no longer planned`];
    if (old.mark === fresh.mark) return [];
    return [
      `${key}: reviewed as ${old.action}, now ${fresh.action}${old.action === fresh.action ? ' with other values' : ''}`,
    ];
  });
}

interface Entry {
  readonly action: string;
  readonly mark: string;
}

interface EntrySource {
  readonly name: string;
  readonly changes: readonly {
    readonly address: string;
    readonly deposed?: string | undefined;
    readonly action: string;
    readonly fingerprint: string;
  }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly action: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
}

function entriesOf(stacks: readonly EntrySource[]): ReadonlyMap<string, Entry> {
  return new Map(
    stacks.flatMap(({ name, changes, outputs }): readonly (readonly [string, Entry])[] => [
      ...changes
        .filter(({ action }) => action !== 'read')
        .map(
          ({ address, deposed, action, fingerprint }) =>
            [
              `${name} ${address}${deposed === undefined ? '' : ` (${deposed})`}`,
              { action, mark: fingerprint },
            ] as const,
        ),
      ...outputs.map(
        (output) =>
          [
            `${name} output ${output.name}`,
            { action: output.action, mark: JSON.stringify([output.before, output.after]) },
          ] as const,
      ),
    ]),
  );
}

function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_DIFFERENCES) return lines;
  return [...lines.slice(0, MAX_DIFFERENCES), `and ${lines.length - MAX_DIFFERENCES} more`];
}
