import type { FetchFailure } from '../model/slice';
import { type Asked, askedOf } from './asked';
import { describeOutcome } from './describe-outcome';
import { bytes, count, duration, percent } from './format';
import { type Html, html } from './html';
import { latencyChart } from './latency-chart';
import { outcomeBar } from './outcome-bar';
import { popTable } from './pop-table';
import { REPORT_STYLE } from './report-style';
import type { RequestReport } from './request-report';
import { worldMap } from './world-map';

/** Failures listed in the page; the CSV and the JSON have all of them. */
export const LISTED_FAILURES = 200;

function minutes(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function statusClass({ record, pops }: RequestReport, asked: Asked): 'good' | 'some' | 'bad' {
  if (asked.failed > 0 && asked.warm === 0) return 'bad';
  const clean = asked.failed === 0 && pops.every(({ status }) => status === 'SUCCESS');
  return record.status === 'FINISHED' && clean ? 'good' : 'some';
}

function heading(report: RequestReport, asked: Asked): Html {
  const { record } = report;
  return html`<header><h1>Prewarm of ${record.spec.cfDomain}</h1><span class="status ${statusClass(report, asked)}">${record.status}</span></header>
<p class="facts">Request <code>${record.id}</code>, created ${minutes(record.createdAt)}, last change ${minutes(record.updatedAt)} (${duration(record.updatedAt - record.createdAt)}). ${count(record.totals?.urlCount ?? record.acceptedUrlCount)} URLs × ${count(record.totals?.popCount ?? 0)} PoPs, encodings: ${record.spec.encodings.join(', ')}.</p>
`;
}

function notices({ record, figures, pops }: RequestReport, asked: Asked): readonly Html[] {
  const unresolved = pops.filter(({ status }) => status === 'FAILED');
  const planned = record.totals?.fetchCount ?? 0;
  return [
    record.message === undefined ? undefined : html`<p class="notice">${record.message}</p>`,
    unresolved.length === 0
      ? undefined
      : html`<p class="notice bad">${count(unresolved.length)} ${unresolved.length === 1 ? 'PoP has' : 'PoPs have'} no address for this distribution and ${unresolved.length === 1 ? 'was' : 'were'} left out: ${unresolved.map(({ pop }) => pop).join(', ')}. Of ${count(asked.requested)} fetches requested, ${count(asked.withoutAddress)} count as failed for that.</p>`,
    figures.fetches >= planned
      ? undefined
      : html`<p class="notice">${count(planned - figures.fetches)} of ${count(planned)} planned fetches were not made.</p>`,
  ].filter((notice) => notice !== undefined);
}

function cards({ figures }: RequestReport, { requested, warm, failed }: Asked): Html {
  return html`<dl class="cards"><div><dt>Fetches requested</dt><dd>${count(requested)}</dd></div><div><dt>Warm now</dt><dd class="${warm > 0 && warm === requested ? 'good' : ''}">${percent(requested === 0 ? undefined : warm / requested)}</dd></div><div><dt>Failed</dt><dd class="${failed > 0 ? 'bad' : ''}">${count(failed)}</dd></div><div><dt>Hit ratio before</dt><dd>${percent(figures.hitRatio)}</dd></div><div><dt>Downloaded</dt><dd>${bytes(figures.bytes)}</dd></div><div><dt>p50</dt><dd>${duration(figures.p50Ms)}</dd></div><div><dt>p95</dt><dd>${duration(figures.p95Ms)}</dd></div><div><dt>p99</dt><dd>${duration(figures.p99Ms)}</dd></div></dl>
`;
}

async function* failureSection(
  failures: AsyncIterable<FetchFailure> | Iterable<FetchFailure>,
  failedCount: number,
): AsyncIterable<string> {
  let listed = 0;
  for await (const { pop, url, encoding, outcome, attempts } of failures) {
    if (listed === 0) {
      const title =
        failedCount > LISTED_FAILURES
          ? `The first ${LISTED_FAILURES} of ${count(failedCount)}; the CSV and JSON reports have all of them`
          : `${count(failedCount)} ${failedCount === 1 ? 'fetch' : 'fetches'} did not leave the object on the edge`;
      yield html`<section><h2>Failures</h2><div class="scroll"><table><caption>${title}</caption><thead><tr><th scope="col">PoP</th><th scope="col">URL</th><th scope="col">Encoding</th><th scope="col">What happened</th><th scope="col" class="n">Attempts</th></tr></thead><tbody>
`.html;
    }
    yield html`<tr><th scope="row">${pop}</th><td class="url">${url}</td><td>${encoding}</td><td>${describeOutcome(outcome)}</td><td class="n">${attempts}</td></tr>
`.html;
    listed += 1;
    if (listed === LISTED_FAILURES) break;
  }
  if (listed > 0) yield '</tbody></table></div></section>\n';
}

/**
 * The report as one page that needs nothing else: no script, no font, no image from outside. It is written in parts, so
 * that a long list of failures never sits in memory.
 */
export async function* reportHtml(
  report: RequestReport,
  failures: AsyncIterable<FetchFailure> | Iterable<FetchFailure>,
): AsyncIterable<string> {
  const { record, figures, pops } = report;
  const asked = askedOf(report);
  yield html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex"><title>Prewarm of ${record.spec.cfDomain}: ${record.status}</title>
<style>${{ html: REPORT_STYLE }}</style></head><body><main>
`.html;
  yield heading(report, asked).html;
  for (const notice of notices(report, asked)) yield `${notice.html}\n`;
  yield cards(report, asked).html;
  yield html`<section><h2>Outcomes</h2>${outcomeBar(figures.outcomes)}</section>
`.html;
  if (pops.length > 0)
    yield html`<section><h2>Points of presence</h2>${worldMap(pops)}</section>
`.html;
  if (figures.p50Ms !== undefined)
    yield html`<section><h2>Time to the last byte</h2>${latencyChart(record.progress.latency)}</section>
`.html;
  if (pops.length > 0)
    yield html`<section><h2>Per PoP</h2>${popTable(pops)}</section>
`.html;
  yield* failureSection(failures, figures.failed);
  yield html`<footer>Warm now: the edge kept the object or had it already; of all requested, or per PoP of the fetches made. Hit ratio before: the share it had already. Percentiles are within 4.5 %. Times in UTC. Map: Natural Earth.</footer>
</main></body></html>
`.html;
}
