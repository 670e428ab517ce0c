/** A picture of a terminal: what was typed, and what came of it, as text in an SVG. Read by people and by tests. */

const LINE_HEIGHT = 18;
const COLUMN_WIDTH = 8.43;
const MARGIN = 16;
const WIDEST = 120;
/** Lines of output that are shown of one command; the rest is counted. */
const LINES_SHOWN = 14;

export interface TerminalLine {
  readonly kind: 'command' | 'output';
  readonly text: string;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

/** Returns the lines with long outputs cut in the middle. */
function shortened(lines: readonly TerminalLine[]): readonly TerminalLine[] {
  const shown: TerminalLine[] = [];
  let run: TerminalLine[] = [];
  function endRun(): void {
    const left = run.length - LINES_SHOWN;
    if (left <= 1) shown.push(...run);
    else
      shown.push(
        ...run.slice(0, LINES_SHOWN / 2),
        { kind: 'output', text: `… ${left} lines …` },
        ...run.slice(-LINES_SHOWN / 2),
      );
    run = [];
  }
  for (const line of lines) {
    if (line.kind === 'output') run.push(line);
    else {
      endRun();
      shown.push(line);
    }
  }
  endRun();
  return shown;
}

/** Returns the picture. */
export function terminalSvg(title: string, lines: readonly TerminalLine[]): string {
  const shown = shortened(lines);
  const columns = Math.min(WIDEST, Math.max(60, ...shown.map(({ text }) => text.length)));
  const width = Math.ceil(columns * COLUMN_WIDTH) + 2 * MARGIN;
  const height = shown.length * LINE_HEIGHT + 2 * MARGIN;
  const texts = shown.map(
    ({ kind, text }, index) =>
      `<text class="${kind}" x="${MARGIN}" y="${MARGIN + (index + 0.75) * LINE_HEIGHT}">${escaped(cut(text))}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>
rect { fill: #10151c; }
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }
.command { fill: #9be29b; }
.output { fill: #d7dde5; }
</style>
<rect width="100%" height="100%" rx="8"/>
${texts.join('\n')}
</svg>
`;
}
