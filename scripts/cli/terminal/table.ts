import { visibleText } from '../../../lambdas/prewarm/engine/model/visible-text';

export interface Column {
  readonly title: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

/** A cell may be given as its plain text and what to print for it (colour codes have no width). */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

function textOf(cell: Cell): string {
  return visibleText(typeof cell === 'string' ? cell : cell.text);
}

/** Aligned columns, two spaces apart, a header and no frame; lines carry no trailing blanks. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  header: (text: string) => string = (text) => text,
): string[] {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => textOf(row[index] ?? '').length)),
  );
  function pad(cell: Cell, index: number): string {
    const text = textOf(cell);
    const blanks = ' '.repeat((widths[index] ?? 0) - text.length);
    const shown = typeof cell === 'string' || text === '' ? text : cell.paint(text);
    return columns[index]?.align === 'right' ? blanks + shown : shown + blanks;
  }
  function line(cells: readonly Cell[]): string {
    return cells.map(pad).join('  ').trimEnd();
  }
  const titles: readonly Cell[] = columns.map(({ title }) => ({ text: title, paint: header }));
  return [line(titles), ...rows.map(line)];
}
