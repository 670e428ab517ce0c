export interface Column {
  readonly title: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /**
   * Which columns go where the terminal is too narrow for all: those with the highest number first, those without one never.
   * @default - it stays
   */
  readonly dropOrder?: number;
}

/** A cell may be given as its plain text and what to print for it (colour codes have no width). */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

export interface TableOptions {
  /** Paints a title. */
  readonly header?: (text: string) => string;
  /** Columns of characters there is room for. @default - any number */
  readonly width?: number | undefined;
}

const GAP = 2;
/** A column that is cut keeps so many characters. */
const NARROWEST = 8;

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function cut(cell: Cell, width: number): Cell {
  const text = textOf(cell);
  if (text.length <= width) return cell;
  const shorter = `${text.slice(0, width - 1)}…`;
  return typeof cell === 'string' ? shorter : { ...cell, text: shorter };
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
}

/** Widths for the room there is: the widest left-aligned column is cut as far as it may be. */
function fitted(columns: readonly Column[], widths: readonly number[], room: number): readonly number[] {
  const excess = totalOf(widths) - room;
  if (excess <= 0) return widths;
  const texts = widths.map((width, index) => (columns[index]?.align === 'right' ? 0 : width));
  const widest = texts.indexOf(Math.max(...texts));
  return widths.map((width, index) =>
    index === widest ? Math.max(Math.min(width, NARROWEST), width - excess) : width,
  );
}

/**
 * Aligned columns, two spaces apart, a header and no frame; lines carry no trailing blanks. Where they do not fit the width, columns
 * that may go are dropped, then the widest text is cut.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { header = (text) => text, width = Number.POSITIVE_INFINITY }: TableOptions = {},
): string[] {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => textOf(row[index] ?? '').length)),
  );
  const last = columns.reduce<number | undefined>((found, { dropOrder }, index) => {
    if (dropOrder === undefined) return found;
    return found === undefined || dropOrder > (columns[found]?.dropOrder ?? 0) ? index : found;
  }, undefined);
  if (totalOf(widths) > width && last !== undefined) {
    function without<T>(list: readonly T[]): readonly T[] {
      return list.filter((_, index) => index !== last);
    }
    return renderTable(without(columns), rows.map(without), { header, width });
  }
  const room = fitted(columns, widths, width);
  function pad(cell: Cell, index: number): string {
    const shorter = cut(cell, room[index] ?? 0);
    const text = textOf(shorter);
    const blanks = ' '.repeat((room[index] ?? 0) - text.length);
    const shown = typeof shorter === 'string' || text === '' ? text : shorter.paint(text);
    return columns[index]?.align === 'right' ? blanks + shown : shown + blanks;
  }
  function line(cells: readonly Cell[]): string {
    return cells.map(pad).join(' '.repeat(GAP)).trimEnd();
  }
  const titles: readonly Cell[] = columns.map(({ title }) => ({ text: title, paint: header }));
  return [line(titles), ...rows.map(line)];
}

/** Columns of a terminal; nothing for a file or a pipe, where a line may be of any length. */
export function terminalWidth(stream: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): number | undefined {
  return stream.isTTY === true && stream.columns !== undefined && stream.columns > 0
    ? stream.columns
    : undefined;
}
