import type { LatencyHistogram } from '../model/latency-histogram';
import { count, duration } from './format';
import { type Html, html } from './html';

const WIDTH = 1000;
const HEIGHT = 170;
const BASELINE = HEIGHT - 24;
/** Buckets of the histogram that make one column: a quarter of an octave. */
const BUCKETS_PER_COLUMN = 4;
const COLUMNS_PER_OCTAVE = 4;
/** Fewer columns than this are drawn as if there were as many, so that one value is not one block. */
const FEWEST_COLUMNS = 24;
const LABELS = 6;

function columnsOf(latency: LatencyHistogram): ReadonlyMap<number, number> {
  const columns = new Map<number, number>();
  for (const [bucket, observations] of Object.entries(latency)) {
    const column = Math.floor(Number(bucket) / BUCKETS_PER_COLUMN);
    columns.set(column, (columns.get(column) ?? 0) + observations);
  }
  return columns;
}

function lowerBoundMs(column: number): number {
  return 2 ** (column / COLUMNS_PER_OCTAVE);
}

/** Returns how long fetches took, on a logarithmic axis; the histogram must not be empty. */
export function latencyChart(latency: LatencyHistogram): Html {
  const columns = columnsOf(latency);
  const lowest = Math.min(...columns.keys());
  const highest = Math.max(...columns.keys());
  const missing = Math.max(0, FEWEST_COLUMNS - (highest - lowest + 1));
  const first = Math.max(0, lowest - Math.floor(missing / 2));
  const shown = Math.max(FEWEST_COLUMNS, highest - first + 1);
  const step = WIDTH / shown;
  const most = Math.max(...columns.values());
  const bars = [...columns].map(([column, observations]) => {
    const height = Math.max(2, (observations / most) * (BASELINE - 8));
    const x = (column - first) * step;
    return html`<rect class="column" x="${(x + 1).toFixed(1)}" y="${(BASELINE - height).toFixed(1)}" width="${(step - 2).toFixed(1)}" height="${height.toFixed(1)}" rx="2"><title>${duration(lowerBoundMs(column))} to ${duration(lowerBoundMs(column + 1))}: ${count(observations)}</title></rect>`;
  });
  const labelEvery = Math.ceil(shown / LABELS);
  const labels = Array.from({ length: Math.floor(shown / labelEvery) + 1 }, (_, index) => index * labelEvery)
    .filter((offset) => offset * step <= WIDTH - 40)
    .map(
      (offset) =>
        html`<text x="${(offset * step).toFixed(1)}" y="${HEIGHT - 6}">${duration(lowerBoundMs(first + offset))}</text>`,
    );
  return html`<div class="scroll"><svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="How many fetches took how long, on a logarithmic axis">${bars}<line class="axis" x1="0" y1="${BASELINE}" x2="${WIDTH}" y2="${BASELINE}"/>${labels}</svg></div>`;
}
