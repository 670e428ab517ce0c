import { nothingLeft } from '../engine/model/exhaustive';
import { OUTCOME_KINDS } from '../engine/model/outcome';
import { emptyTally, type Tally } from '../engine/model/tally';
import { type Item, number, readOptionalNumber } from './attributes';

/**
 * Returns a tally as attributes of the top level, because `ADD` knows no others: `fetches`, `bytes`, `o_<outcome>` and
 * `l_<latency bucket>`. What is zero is left out.
 */
function entriesOf(tally: Tally): readonly (readonly [string, number])[] {
  const { fetches, bytes, outcomes, latency, ...rest } = tally;
  nothingLeft(rest);
  return [
    ['fetches', fetches] as const,
    ['bytes', bytes] as const,
    ...OUTCOME_KINDS.map((kind) => [`o_${kind}`, outcomes[kind]] as const),
    ...Object.entries(latency).map(([bucket, count]) => [`l_${bucket}`, count] as const),
  ].filter(([, count]) => count !== 0);
}

export function tallyAttributes(tally: Tally): Item {
  return Object.fromEntries(entriesOf(tally).map(([name, count]) => [name, number(count)]));
}

export function readTally(item: Item): Tally {
  const tally = emptyTally();
  tally.fetches = readOptionalNumber(item, 'fetches') ?? 0;
  tally.bytes = readOptionalNumber(item, 'bytes') ?? 0;
  for (const kind of OUTCOME_KINDS) tally.outcomes[kind] = readOptionalNumber(item, `o_${kind}`) ?? 0;
  for (const name of Object.keys(item))
    if (name.startsWith('l_')) tally.latency[name.slice(2)] = readOptionalNumber(item, name) ?? 0;
  return tally;
}

/** The part of an update expression that adds a tally to the stored one. */
export interface Addition {
  /** `#t0 :t0, #t1 :t1, …`; goes behind `ADD`. Empty for an empty tally. */
  readonly expression: string;
  readonly names: Record<string, string>;
  readonly values: Item;
}

export function additionOf(tally: Tally, more: Readonly<Record<string, number>> = {}): Addition {
  const entries = [...entriesOf(tally), ...Object.entries(more)];
  return {
    expression: entries.map((_, index) => `#t${index} :t${index}`).join(', '),
    names: Object.fromEntries(entries.map(([name], index) => [`#t${index}`, name])),
    values: Object.fromEntries(entries.map(([, count], index) => [`:t${index}`, number(count)])),
  };
}
