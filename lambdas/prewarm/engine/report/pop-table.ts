import { type Done, headed } from './done';
import { bytes, count, duration, percent } from './format';
import { type Html, html } from './html';
import type { PopReport } from './request-report';
import { MOSTLY_WARM } from './world-map';

function placeOf({ place }: PopReport): string {
  return place === undefined ? '' : `${place.city}, ${place.country}`;
}

function meter({ figures }: PopReport): Html {
  const share = figures.warmRatio ?? 0;
  const state = share >= MOSTLY_WARM ? '' : share === 0 ? 'bad' : 'some';
  return html`<div class="meter ${state}" aria-hidden="true"><i style="width:${(share * 100).toFixed(1)}%"></i></div>`;
}

function row(pop: PopReport): Html {
  const { figures } = pop;
  if (pop.status === 'FAILED') {
    return html`<tr><th scope="row">${pop.pop}</th><td>${placeOf(pop)}</td><td colspan="9" class="bad">${pop.message ?? 'no address'}</td></tr>`;
  }
  return html`<tr><th scope="row">${pop.pop}</th><td>${placeOf(pop)}</td><td>${meter(pop)}</td><td class="n">${percent(figures.warmRatio)}</td><td class="n">${count(figures.fetches)}</td><td class="n ${figures.failed > 0 ? 'bad' : ''}">${count(figures.failed)}</td><td class="n">${percent(figures.hitRatio)}</td><td class="n">${bytes(figures.bytes)}</td><td class="n">${duration(figures.p50Ms)}</td><td class="n">${duration(figures.p95Ms)}</td><td class="n">${duration(figures.p99Ms)}</td></tr>`;
}

/** One row per PoP; those with failures come first. */
export function popTable(pops: readonly PopReport[], done: Done): Html {
  const ordered = [...pops].sort(
    (a, b) =>
      Number(b.status === 'FAILED') - Number(a.status === 'FAILED') ||
      b.figures.failed - a.figures.failed ||
      a.pop.localeCompare(b.pop),
  );
  return html`<div class="scroll"><table><thead><tr><th scope="col">PoP</th><th scope="col">Place</th><th scope="col" colspan="2">${headed(done)}</th><th scope="col" class="n">Fetches</th><th scope="col" class="n">Failed</th><th scope="col" class="n">Hit ratio</th><th scope="col" class="n">Bytes</th><th scope="col" class="n">p50</th><th scope="col" class="n">p95</th><th scope="col" class="n">p99</th></tr></thead><tbody>
${ordered.map(row)}</tbody></table></div>`;
}
