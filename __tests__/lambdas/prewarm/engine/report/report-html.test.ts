import { SaxesParser } from 'saxes';
import type { FetchFailure } from '../../../../../lambdas/prewarm/engine/model/slice';
import type { PopEntry } from '../../../../../lambdas/prewarm/engine/ports/pop-directory';
import { groupFailures } from '../../../../../lambdas/prewarm/engine/report/failure-groups';
import { LISTED_URLS, reportHtml } from '../../../../../lambdas/prewarm/engine/report/report-html';
import { reportOf } from '../../../../../lambdas/prewarm/engine/report/request-report';
import { failure, finished, hit, notFound, popRecord, record, text, warmed } from './report-fixture';

function place(code: string): PopEntry | undefined {
  return code.startsWith('FRA')
    ? ({
        code,
        city: 'Frankfurt am Main',
        country: 'DE',
        countryName: 'Germany',
        continent: 'Europe',
        latitude: 50.03,
        longitude: 8.57,
        partition: 'aws',
      } as PopEntry)
    : undefined;
}

async function pageOf(
  { record: request, pops }: ReturnType<typeof finished>,
  failures: Iterable<FetchFailure> = [],
): Promise<string> {
  return text(reportHtml(reportOf(request, pops, place), await groupFailures(failures)));
}

/** The SVG parts as a strict XML reader sees them: names of elements, or an error. */
function svgElements(page: string): string[] {
  return (page.match(/<svg[\s\S]*?<\/svg>/g) ?? []).flatMap((svg) => {
    const names: string[] = [];
    const parser = new SaxesParser();
    parser.on('opentag', ({ name }) => names.push(name));
    parser.on('error', (error) => {
      throw error;
    });
    parser.write(svg).close();
    return names;
  });
}

describe('report as a page', () => {
  it('draws outcomes, a map and latencies, and asks for nothing from outside', async () => {
    const page = await pageOf(finished({ 'FRA56-P4': [warmed(), hit(), notFound], 'XYZ1-C1': [warmed()] }), [
      failure('https://www.example.com/missing.jpg'),
    ]);
    expect(svgElements(page).filter((name) => name === 'svg')).toHaveLength(3);
    expect(page).toContain('FRA56-P4 (Frankfurt am Main): 2 of 3 warm, 66.7 %');
    expect(page).toContain('Not on the map, because their place is not known: XYZ1-C1.');
    expect(page).toContain('https://www.example.com/missing.jpg');
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\ssrc=|\shref=/);
    expect(page).toContain(`default-src 'none'`);
  });

  it('escapes whatever comes from outside', async () => {
    const hostile = '<script>alert("1")</script>';
    const { record: request, pops } = finished({ 'FRA56-P4': [notFound] });
    const page = await pageOf(
      {
        record: { ...request, message: hostile, spec: { ...request.spec, cfDomain: hostile } },
        pops: [...pops, popRecord(hostile, { status: 'FAILED', message: hostile })],
      },
      [failure(hostile, { kind: 'refused', reason: hostile }, hostile)],
    );
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
  });

  it('says so when there was nothing to warm', async () => {
    const page = await pageOf({ record: record({ status: 'FINISHED' }), pops: [] });
    expect(page).toContain('No fetch has been counted.');
    expect(svgElements(page)).toEqual([]);
  });

  it('names what was left undone and the PoPs without an address', async () => {
    const { record: request, pops } = finished({ 'FRA56-P4': [warmed()] });
    const page = await pageOf({
      record: {
        ...request,
        status: 'STOPPED',
        message: 'its time ran out',
        totals: { ...request.totals!, fetchCount: 10 },
      },
      pops: [...pops, popRecord('XXX1-C1', { status: 'FAILED', message: 'unknown name' })],
    });
    expect(page).toContain('its time ran out');
    expect(page).toContain('9 of 10 planned fetches were not made.');
    expect(page).toContain('1 PoP has no address for this distribution and was left out: XXX1-C1.');
  });

  it('counts what was asked for through PoPs without an address as failed, so that not all seems warm', async () => {
    const { record: request, pops } = finished({ 'FRA56-P4': [warmed(), warmed()], 'XXX1-C1': [] });
    const [fra, xxx] = pops;
    const page = await pageOf({ record: request, pops: [fra!, { ...xxx!, status: 'FAILED' }] });
    expect(page).toContain('Of 4 fetches requested, 2 count as failed for that.');
    expect(page).toContain('<dt>Fetches requested</dt><dd>4</dd>');
    expect(page).toMatch(/<dt>Warm now<\/dt><dd class="">50.0 %</);
    expect(page).toMatch(/<dt>Failed<\/dt><dd class="bad">2</);
  });

  it('has one row per cause and URL, however many PoPs failed for it', async () => {
    const pops = Array.from({ length: 30 }, (_, index) => `FRA${index + 1}-P1`);
    const page = await pageOf(
      finished(Object.fromEntries(pops.map((pop) => [pop, [notFound]]))),
      pops.map((pop) => failure('https://www.example.com/missing.jpg', notFound, pop)),
    );
    expect(page.match(/missing\.jpg/g)).toHaveLength(1);
    expect(page).toMatch(
      /HTTP 404 <small>http-error, 30 fetches<\/small><\/h3><p>The origin or the edge refused/,
    );
    expect(page).toContain('FRA1-P1, FRA2-P1, FRA3-P1, FRA4-P1, FRA5-P1, FRA6-P1 and 24 more');
  });

  it('lists a bounded number of URLs and counts the rest', async () => {
    const urls = Array.from({ length: LISTED_URLS + 100 }, (_, index) => `https://www.example.com/${index}`);
    const page = await pageOf(
      finished({ 'FRA56-P4': urls.map(() => notFound) }),
      urls.map((url) => failure(url)),
    );
    expect(page.match(/<td class="url">/g)).toHaveLength(LISTED_URLS);
    expect(page).toContain('100 more fetches of other URLs.');
  });

  it('says fetched, and nowhere warm, where nothing was asked for again', async () => {
    const { record: request, pops } = finished({ 'FRA56-P4': [warmed()] });
    const page = await pageOf({ record: { ...request, spec: { ...request.spec, verify: 'none' } }, pops });
    expect(
      page.replace(/<style>[\s\S]*?<\/style>|<title>[^<]*<\/title>|<h1>[^<]*<\/h1>|class="[^"]*"/g, ''),
    ).not.toMatch(/(?<!-)\bwarm/i);
    expect(page).toContain('<dt>Fetched</dt>');
    const proven = await pageOf({
      record: { ...request, spec: { ...request.spec, verify: 'sample' } },
      pops,
    });
    expect(proven).toContain('<dt>Warm now</dt>');
    expect(proven).toContain('one in twenty');
  });
});
