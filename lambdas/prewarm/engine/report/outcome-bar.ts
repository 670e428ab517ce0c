import { OUTCOME_KINDS, type OutcomeKind } from '../model/outcome';
import type { VerifyMode } from '../model/request';
import { outcomeName } from './describe-outcome';
import { count, percent } from './format';
import { type Html, html } from './html';

const WIDTH = 1000;
const HEIGHT = 28;
/** A share that exists is never too thin to be seen. */
const THINNEST = 4;

/** One bar that shows what became of all fetches, and a legend that says it in numbers. */
export function outcomeBar(outcomes: Readonly<Record<OutcomeKind, number>>, verify: VerifyMode): Html {
  const total = OUTCOME_KINDS.reduce((sum, kind) => sum + outcomes[kind], 0);
  if (total === 0) return html`<p class="none">No fetch has been counted.</p>`;
  const present = OUTCOME_KINDS.filter((kind) => outcomes[kind] > 0);
  const wanted = present.map((kind) => Math.max(THINNEST, (outcomes[kind] / total) * WIDTH));
  const stretch = WIDTH / wanted.reduce((sum, width) => sum + width, 0);
  let x = 0;
  const segments = present.map((kind, index) => {
    const width = (wanted[index] ?? 0) * stretch;
    const segment = html`<rect class="o-${kind}" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="${HEIGHT}"><title>${outcomeName(kind, verify)}: ${count(outcomes[kind])}</title></rect>`;
    x += width;
    return segment;
  });
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Outcomes of ${count(total)} fetches; the list below has the numbers">${segments}</svg>
<ul class="legend">${present.map(
    (kind) =>
      html`<li><span class="swatch b-${kind}"></span>${outcomeName(kind, verify)} <b>${count(outcomes[kind])}</b> <small>${percent(outcomes[kind] / total)}</small></li>`,
  )}</ul>`;
}
