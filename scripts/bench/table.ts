import type { BenchResult, Target } from './bench';

const BEGIN = '<!-- figures: begin -->';
const END = '<!-- figures: end -->';
const HEADER = ['| bench | ours | others | ratios to them | wanted |', '| --- | --- | --- | --- | --- |'];
/** The name of the bench that a row is of. */
const ROW = /^\| `([^`]+)` \|/;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

function listed(figures: Readonly<Record<string, number | string>>): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name}: ${typeof value === 'number' ? value.toLocaleString('en-US') : value}`)
    .join('; ');
}

function wanted(target: Target): string {
  return 'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;
}

function rowOf({ name, unit, ours, others, ratios, targets, notes }: BenchResult): string {
  const judged = Object.entries(targets).map(([ratio, target]) => [
    ratio,
    `${wanted(target)}, ${target.verdict}`,
  ]);
  const cells = [
    `\`${name}\``,
    `${ours.toLocaleString('en-US')} ${unit}${notes === undefined ? '' : ` (${listed(notes)})`}`,
    listed(others),
    listed(ratios),
    listed(Object.fromEntries(judged)),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

/**
 * Returns a document with the rows of these benches in its table of figures. Rows of benches that are not among them stay, so that one
 * that could not be run here keeps what was measured last.
 * @param origin when and where they were measured, in a sentence above the table
 * @throws where the document has no place for the table
 */
export function withFigures(document: string, results: readonly BenchResult[], origin: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(`the table of figures: got no ${BEGIN} and ${END} around it; put them there`);
  const rows = new Map<string, string>();
  for (const line of document.slice(begin, end).split('\n')) {
    const [, name] = ROW.exec(line) ?? [];
    if (name !== undefined) rows.set(name, line);
  }
  for (const result of results) rows.set(result.name, rowOf(result));
  const table = [BEGIN, origin, '', ...HEADER, ...rows.values(), ''].join('\n');
  return document.slice(0, begin) + table + document.slice(end);
}
