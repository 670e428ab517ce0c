import { diffLines } from 'diff';

/** Lines around a difference that are shown with it. */
const CONTEXT_LINES = 2;
const MAX_LINE_UNITS = 300;

/** Past this many edits two texts are shown as removed and added: looking for the shortest way would take too long. */
const MAX_EDITS = 1_000;

/** Returns the lines of a difference, each with its sign: ` `, `-`, `+`; bounded, and what is left out is said. */
export function textDiff(before: string, after: string, maxLines: number): readonly string[] {
  const parts = diffLines(before, after, { maxEditLength: MAX_EDITS }) ?? [
    { value: before, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  const lines: string[] = [];
  for (const [index, part] of parts.entries()) {
    const own = part.value.replace(/\n$/, '').split('\n').map(shortened);
    if (part.added || part.removed) lines.push(...own.map((line) => `${part.added ? '+' : '-'}${line}`));
    else lines.push(...contextOf(own, index === 0, index === parts.length - 1));
  }
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines), `@@ ${lines.length - maxLines} more lines @@`];
}

function contextOf(lines: readonly string[], isFirst: boolean, isLast: boolean): readonly string[] {
  const head = isFirst ? [] : lines.slice(0, CONTEXT_LINES);
  const tail = isLast ? [] : lines.slice(-CONTEXT_LINES);
  if (head.length + tail.length >= lines.length) return lines.map((line) => ` ${line}`);
  const left = lines.length - head.length - tail.length;
  return [
    ...head.map((line) => ` ${line}`),
    `@@ ${left} ${left === 1 ? 'line' : 'lines'} alike @@`,
    ...tail.map((line) => ` ${line}`),
  ];
}

function shortened(line: string): string {
  return line.length > MAX_LINE_UNITS ? `${line.slice(0, MAX_LINE_UNITS)}…` : line;
}
