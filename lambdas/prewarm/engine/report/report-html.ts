import { type Asked, askedOf } from './asked';
import { doneWord, headed, proofOf } from './done';
import type { FailedUrl, FailureGroup } from './failure-groups';
import { bytes, count, duration, percent } from './format';
import { type Html, html } from './html';
import { latencyChart } from './latency-chart';
import { outcomeBar } from './outcome-bar';
import { popTable } from './pop-table';
import { REPORT_STYLE } from './report-style';
import type { PopReport, RequestReport } from './request-report';
import { worldMap } from './world-map';

/** URLs listed in the page over all causes; the CSV and the JSON have all of them. */
export const LISTED_URLS = 200;
/** PoPs named per URL. */
const NAMED_POPS = 6;

function minutes(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function statusClass({ record }: RequestReport, asked: Asked): 'good' | 'some' | 'bad' {
  if (asked.failed > 0 && asked.warm === 0) return 'bad';
  const clean = asked.failed === 0 && asked.requested > 0;
  return record.status === 'FINISHED' && clean ? 'good' : 'some';
}

function heading(report: RequestReport, asked: Asked): Html {
  const { record } = report;
  return html`<header><h1>Prewarm of ${record.spec.cfDomain}</h1><span class="status ${statusClass(report, asked)}">${record.status}</span></header>
<p class="facts">Request <code>${record.id}</code>, created ${minutes(record.createdAt)}, last change ${minutes(record.updatedAt)} (${duration(record.updatedAt - record.createdAt)}). ${count(record.totals?.urlCount ?? record.acceptedUrlCount)} URLs × ${count(record.totals?.popCount ?? 0)} PoPs, encodings: ${record.spec.encodings.join(', ')}.</p>
`;
}

/** Returns the sentence about PoPs that nothing went through. */
function havingNoAddress(pops: readonly PopReport[]): string {
  return `${count(pops.length)} ${pops.length === 1 ? 'PoP has' : 'PoPs have'} no address for this distribution and ${pops.length === 1 ? 'was' : 'were'} left out: ${pops.map(({ pop }) => pop).join(', ')}`;
}

function notices({ record, figures }: RequestReport, asked: Asked): readonly Html[] {
  const { failedPops, leftOut } = asked;
  const planned = record.totals?.fetchCount ?? 0;
  return [
    record.message === undefined ? undefined : html`<p class="notice">${record.message}</p>`,
    failedPops.length === 0
      ? undefined
      : html`<p class="notice bad">${havingNoAddress(failedPops)}. Of ${count(asked.requested)} fetches requested, ${count(asked.withoutAddress)} count as failed for that.</p>`,
    leftOut.length === 0
      ? undefined
      : html`<p class="notice">${havingNoAddress(leftOut)}. Nobody named ${leftOut.length === 1 ? 'it' : 'them'}, so nothing counts as failed for that.</p>`,
    figures.fetches >= planned
      ? undefined
      : html`<p class="notice">${count(planned - figures.fetches)} of ${count(planned)} planned fetches were not made.</p>`,
  ].filter((notice) => notice !== undefined);
}

function cards({ figures, record }: RequestReport, { requested, warm, failed }: Asked): Html {
  return html`<dl class="cards"><div><dt>Fetches requested</dt><dd>${count(requested)}</dd></div><div><dt>${headed(doneWord(record.spec.verify))}</dt><dd class="${warm > 0 && warm === requested ? 'good' : ''}">${percent(requested === 0 ? undefined : warm / requested)}</dd></div><div><dt>Failed</dt><dd class="${failed > 0 ? 'bad' : ''}">${count(failed)}</dd></div><div><dt>Hit ratio before</dt><dd>${percent(figures.hitRatio)}</dd></div><div><dt>Downloaded</dt><dd>${bytes(figures.bytes)}</dd></div><div><dt>p50</dt><dd>${duration(figures.p50Ms)}</dd></div><div><dt>p95</dt><dd>${duration(figures.p95Ms)}</dd></div><div><dt>p99</dt><dd>${duration(figures.p99Ms)}</dd></div></dl>
`;
}

function popsOf({ pops, popCount }: FailedUrl): string {
  const rest = popCount - Math.min(NAMED_POPS, pops.length);
  return `${pops.slice(0, NAMED_POPS).join(', ')}${rest > 0 ? ` and ${count(rest)} more` : ''}`;
}

/** Yields a table per cause, with what to do, and a row per URL. */
function* failureSection(groups: readonly FailureGroup[], failedCount: number): Iterable<string> {
  if (groups.length === 0) return;
  yield html`<section><h2>Failures</h2><p>${count(failedCount)} ${failedCount === 1 ? 'fetch' : 'fetches'} did not leave the object on the edge, by cause and URL; the CSV and JSON reports have each of them.</p>
`.html;
  let room = LISTED_URLS;
  for (const { cause, outcome, fetches, advice, urls } of groups) {
    const listed = urls.slice(0, room);
    room -= listed.length;
    const rest = fetches - listed.reduce((sum, url) => sum + url.fetches, 0);
    yield html`<h3>${cause} <small>${outcome}, ${count(fetches)} ${fetches === 1 ? 'fetch' : 'fetches'}</small></h3><p>${advice}</p>
`.html;
    if (listed.length > 0)
      yield html`<div class="scroll"><table><thead><tr><th scope="col">URL</th><th scope="col" class="n">Fetches</th><th scope="col">Through</th></tr></thead><tbody>
${listed.map(
  (url) =>
    html`<tr><td class="url">${url.url}</td><td class="n">${count(url.fetches)}</td><td>${popsOf(url)}</td></tr>
`,
)}</tbody></table></div>
`.html;
    if (rest > 0)
      yield html`<p class="none">${count(rest)} more ${rest === 1 ? 'fetch' : 'fetches'} of other URLs.</p>
`.html;
  }
  yield '</section>\n';
}

/**
 * Yields the report as one page that needs nothing else: no script, no font, no image from outside. It is written in parts, so
 * that a long list of failures never sits in memory.
 */
export async function* reportHtml(
  report: RequestReport,
  groups: readonly FailureGroup[],
): AsyncIterable<string> {
  const { record, figures, pops } = report;
  const { verify } = record.spec;
  const done = doneWord(verify);
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
  yield html`<section><h2>Outcomes</h2>${outcomeBar(figures.outcomes, verify)}</section>
`.html;
  if (pops.length > 0)
    yield html`<section><h2>Points of presence</h2>${worldMap(pops, done)}</section>
`.html;
  if (figures.p50Ms !== undefined)
    yield html`<section><h2>Time to the last byte</h2>${latencyChart(record.progress.latency)}</section>
`.html;
  if (pops.length > 0)
    yield html`<section><h2>Per PoP</h2>${popTable(pops, done)}</section>
`.html;
  yield* failureSection(groups, figures.failed);
  yield html`<footer>${proofOf(verify)} Of all requested, or per PoP of the fetches made. Hit ratio before: the share it had already. Percentiles are within 4.5 %. Times in UTC. Map: Natural Earth.</footer>
</main></body></html>
`.html;
}
