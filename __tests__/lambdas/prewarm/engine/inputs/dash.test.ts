import { parse as parseWithMpdParser } from 'mpd-parser';
import { documents, expand, SITE } from '../../support/documents';

function at(...paths: string[]): string[] {
  return paths.map((path) => `${SITE}/${path}`);
}

function mpd(content: string, attributes = 'type="static" mediaPresentationDuration="PT10S"'): string {
  return `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" ${attributes} minBufferTime="PT2S">${content}</MPD>`;
}

function video(inside: string, representation = ''): string {
  return `<AdaptationSet mimeType="video/mp4">${inside}<Representation id="v1" bandwidth="1000" codecs="avc1.4d401f" width="16" height="9">${representation}</Representation></AdaptationSet>`;
}

const byDuration = video(
  '<SegmentTemplate timescale="1000" duration="4000" startNumber="5" initialization="init-$RepresentationID$.mp4" media="$RepresentationID$-$Bandwidth$-$Number%05d$.m4s"/>',
);
const byTimeline = video(
  '<SegmentTemplate timescale="10" initialization="i-$RepresentationID$.mp4" media="t/$Time$.m4s"><SegmentTimeline><S t="0" d="20" r="2"/><S d="10"/><S d="10" r="-1"/></SegmentTimeline></SegmentTemplate>',
);
const byList = video(
  '',
  '<SegmentList duration="5"><Initialization sourceURL="li.mp4"/><SegmentURL media="l1.m4s"/><SegmentURL media="l2.m4s"/></SegmentList>',
);
const byBase = video(
  '',
  '<BaseURL>one.mp4</BaseURL><SegmentBase indexRange="100-200"><Initialization range="0-99"/></SegmentBase>',
);

/** What the reference parser of the players says. */
function oracle(xml: string, url: string): Set<string> {
  const { playlists } = parseWithMpdParser(xml, { manifestUri: url });
  const segments = playlists.flatMap((playlist) => playlist.segments);
  return new Set(
    segments.flatMap(({ resolvedUri, map }) => [resolvedUri, ...(map ? [map.resolvedUri] : [])]),
  );
}

describe('a DASH manifest', () => {
  const url = `${SITE}/vod/m.mpd`;
  async function segmentsOf(xml: string, limits = {}) {
    const { urls, error } = await expand('playlist', url, documents({ [url]: xml }), limits);
    return { segments: urls.filter((found) => found !== url), error };
  }

  it('by duration names initialisation and numbered segments', async () => {
    const { segments } = await segmentsOf(mpd(`<Period><BaseURL>media/</BaseURL>${byDuration}</Period>`));
    expect(segments).toEqual(
      at(
        'vod/media/init-v1.mp4',
        'vod/media/v1-1000-00005.m4s',
        'vod/media/v1-1000-00006.m4s',
        'vod/media/v1-1000-00007.m4s',
      ),
    );
  });

  it('by timeline names segments by time, open runs to the end of the period', async () => {
    const { segments } = await segmentsOf(mpd(`<Period duration="PT10S">${byTimeline}</Period>`));
    expect(segments).toEqual(
      at('vod/i-v1.mp4', ...[0, 20, 40, 60, 70, 80, 90].map((time) => `vod/t/${time}.m4s`)),
    );
  });

  it('by timeline names segments by times of 64 bits to the last digit', async () => {
    const template =
      '<SegmentTemplate timescale="10000000" media="$Time$.m4s"><SegmentTimeline><S t="17369478001333333" d="20000001" r="1"/><S d="1" r="-1"/><S t="17369478041333337" d="5"/></SegmentTimeline></SegmentTemplate>';
    const { segments } = await segmentsOf(mpd(`<Period>${video(template)}</Period>`));
    expect(segments).toEqual(
      at(
        'vod/17369478001333333.m4s',
        'vod/17369478021333334.m4s',
        'vod/17369478041333335.m4s',
        'vod/17369478041333336.m4s',
        'vod/17369478041333337.m4s',
      ),
    );
  });

  const fromTheMiddle =
    '<SegmentTemplate media="$Time$.m4s" timescale="10"><SegmentTimeline><S t="36000" d="20" r="-1"/></SegmentTimeline></SegmentTemplate>';

  it('by timeline counts the end of the period from its presentation time offset, inherited or own', async () => {
    const times = at(...[0, 20, 40, 60, 80].map((time) => `vod/${36_000 + time}.m4s`));
    const own = fromTheMiddle.replace('timescale', 'presentationTimeOffset="36000" timescale');
    expect(await segmentsOf(mpd(`<Period>${video(own)}</Period>`))).toEqual({
      segments: times,
      error: undefined,
    });
    const outer = '<SegmentTemplate presentationTimeOffset="36000"/>';
    const inherited = await segmentsOf(mpd(`<Period>${outer}${video(fromTheMiddle)}</Period>`));
    expect(inherited.segments).toEqual(times);
  });

  it('with a timeline that names no segment says so once, and names those of the other representations', async () => {
    const sets = video(fromTheMiddle) + video(fromTheMiddle) + byList;
    expect(await segmentsOf(mpd(`<Period>${sets}</Period>`))).toEqual({
      segments: at('vod/li.mp4', 'vod/l1.m4s', 'vod/l2.m4s'),
      error: `${url} has a timeline that names no segment`,
    });
  });

  it('of a live period that has yet to begin names nothing, and says so', async () => {
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const live = mpd(
      `<Period>${video(fromTheMiddle)}</Period>`,
      `type="dynamic" availabilityStartTime="${later}"`,
    );
    expect(await segmentsOf(live)).toEqual({ segments: [], error: `${url} names nothing to warm` });
  });

  it.each([
    ['a template by duration', mpd(`<Period>${byDuration}</Period>`)],
    ['a template by timeline', mpd(`<Period>${byTimeline}</Period>`)],
    ['a list', mpd(`<Period>${byList}</Period>`)],
    [
      'base URLs on every level',
      mpd(`<BaseURL>/x/</BaseURL><Period><BaseURL>y/</BaseURL>${byDuration}</Period>`),
    ],
    [
      'two periods',
      mpd(
        `<Period duration="PT4S">${byDuration}</Period><Period start="PT4S" duration="PT6S">${byList}</Period>`,
      ),
    ],
  ])('with %s names what the reference parser names', async (_, xml) => {
    const { segments, error } = await segmentsOf(xml);
    expect(error).toBeUndefined();
    expect(new Set(segments)).toEqual(oracle(xml, url));
  });

  it('of one object names the object', async () => {
    expect((await segmentsOf(mpd(`<Period>${byBase}</Period>`))).segments).toEqual(at('vod/one.mp4'));
  });

  it('names initialisation sections and indexes that are objects of their own', async () => {
    const needed = '<Initialization sourceURL="i.mp4"/><RepresentationIndex sourceURL="x.sidx"/>';
    const base = byBase.replace('<Initialization range="0-99"/>', needed);
    expect((await segmentsOf(mpd(`<Period>${base}</Period>`))).segments).toEqual(
      at('vod/i.mp4', 'vod/x.sidx', 'vod/one.mp4'),
    );
    const template = `<SegmentTemplate duration="10" media="$Number$.m4s">${needed}</SegmentTemplate>`;
    expect((await segmentsOf(mpd(`<Period>${video(template)}</Period>`))).segments).toEqual(
      at('vod/i.mp4', 'vod/x.sidx', 'vod/1.m4s'),
    );
  });

  it('may have base URLs in CDATA sections', async () => {
    const base = `<BaseURL>own<![CDATA[/a&b/]]></BaseURL>`;
    const { segments } = await segmentsOf(mpd(`<Period>${base}${byList}</Period>`));
    expect(segments).toEqual(at('vod/own/a&b/li.mp4', 'vod/own/a&b/l1.m4s', 'vod/own/a&b/l2.m4s'));
  });

  it('takes the base URL on its own host among several', async () => {
    const bases = `<BaseURL>https://other.example/</BaseURL><BaseURL>${SITE}/own/</BaseURL>`;
    const { segments } = await segmentsOf(mpd(`<Period>${bases}${byList}</Period>`));
    expect(segments).toEqual(at('own/li.mp4', 'own/l1.m4s', 'own/l2.m4s'));
  });

  it('of a live stream names what is available now', async () => {
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const live = mpd(
      `<Period start="PT0S">${byDuration}</Period>`,
      `type="dynamic" availabilityStartTime="${since}" timeShiftBufferDepth="PT20S"`,
    );
    const { segments } = await segmentsOf(live);
    expect(segments.length).toBeGreaterThanOrEqual(5);
    expect(segments.length).toBeLessThanOrEqual(8);
    expect(segments).toContain(`${SITE}/vod/v1-1000-00902.m4s`);
  });

  function byTemplate(attributes: string, runs: string): string {
    return mpd(
      `<Period>${video(`<SegmentTemplate ${attributes}><SegmentTimeline>${runs}</SegmentTimeline></SegmentTemplate>`)}</Period>`,
    );
  }

  it.each([
    [
      'the last number',
      'media="$Number$" startNumber="5" endNumber="6"',
      '<S t="0" d="2" r="9"/>',
      ['5', '6'],
    ],
    ['numbers of its own', 'media="$Number$"', '<S t="0" n="10" d="3"/><S d="3"/>', ['10', '11']],
    [
      'segments that are not there',
      'media="$Number$"',
      '<S t="0" d="2"/><S d="0" r="1"/><S d="2"/>',
      ['1', '4'],
    ],
    [
      'a negative offset',
      'media="$Number$" presentationTimeOffset="-100"',
      '<S t="0" d="2" r="1"/>',
      ['1', '2'],
    ],
    ['sequences', 'media="$Time$-$SubNumber$"', '<S t="0" d="2" k="2" r="1"/>', ['0-0', '0-1', '2-0', '2-1']],
    [
      'a pattern',
      'media="$Time$"',
      '<Pattern id="1"><P d="2" r="1"/><P d="3"/></Pattern><S t="0" r="3" p="1" pE="1"/>',
      ['0', '2', '5', '7'],
    ],
    [
      'an index for each segment',
      'media="$Time$.mp4" index="$Time$.sidx"',
      '<S t="0" d="2"/>',
      ['0.mp4', '0.sidx'],
    ],
    [
      'one index',
      'media="$Time$.mp4" index="$RepresentationID$.sidx"',
      '<S t="0" d="2"/>',
      ['v1.sidx', '0.mp4'],
    ],
    ['switching segments', 'media="$Time$" bitstreamSwitching="sw"', '<S t="0" d="2"/>', ['sw', '0']],
    [
      'every format of numbers',
      'media="$Number%05x$-$Number%d$-$Number%3X$-$Number%o$-$Bandwidth%06d$$$"',
      '<S t="0" n="90" d="1"/>',
      ['0005a-90-05A-132-001000$'],
    ],
  ])('by timeline with %s names what players ask for', async (_, attributes, runs, expected) => {
    expect(await segmentsOf(byTemplate(attributes, runs))).toEqual({
      segments: at(...expected.map((path) => `vod/${path}`)),
      error: undefined,
    });
  });

  it('takes the addressing of the innermost level that has one', async () => {
    const whole = video(
      '<SegmentTemplate media="$Number$" duration="2"/>',
      '<BaseURL>whole.mp4</BaseURL><SegmentBase indexRange="0-99"/>',
    );
    expect((await segmentsOf(mpd(`<Period>${whole}</Period>`))).segments).toEqual(at('vod/whole.mp4'));
    const list = video(
      '<SegmentTemplate media="$Number$" duration="2"/>',
      '<SegmentList><SegmentURL media="1.mp4" index="1.sidx"/></SegmentList>',
    );
    expect((await segmentsOf(mpd(`<Period>${list}</Period>`))).segments).toEqual(
      at('vod/1.mp4', 'vod/1.sidx'),
    );
  });

  it('counts a time without zone as UTC', async () => {
    const live = mpd(
      `<Period>${video('<SegmentTemplate media="$Number$" duration="2"/>')}</Period>`,
      'type="dynamic" availabilityStartTime="2025-11-28T03:19:40" timeShiftBufferDepth="PT6S"',
    );
    const { urls } = await expand(
      'playlist',
      url,
      documents({ [url]: live }),
      {},
      {
        now: Date.parse('2025-11-28T03:20:00Z'),
      },
    );
    expect(urls.slice(1)).toEqual(at('vod/8', 'vod/9', 'vod/10'));
  });

  it('is read with the manifests that it imports, from where it came from', async () => {
    const reader = documents({
      [url]: { movedTo: `${SITE}/edge/list.mpd` },
      [`${SITE}/edge/list.mpd`]:
        '<MPD type="list"><Period><ImportedMPD> ad.mpd </ImportedMPD></Period></MPD>',
      [`${SITE}/edge/ad.mpd`]: mpd(`<Period>${byBase}</Period>`),
    });
    expect(await expand('playlist', url, reader)).toEqual({
      urls: at('edge/list.mpd', 'edge/ad.mpd', 'edge/one.mp4'),
      error: undefined,
    });
  });

  it('reads the manifests that events put in its place', async () => {
    const events =
      '<EventStream schemeIdUri="urn:mpeg:dash:event:alternativeMPD:replace:2025"><Event id="1"><ReplacePresentation uri="ad.mpd"/></Event><Event id="2"><InsertPresentation url="ad.mpd"/><Other uri="none.mpd"/></Event></EventStream>';
    const reader = documents({
      [url]: mpd(`<Period>${events}${byBase}</Period>`),
      [`${SITE}/vod/ad.mpd`]: mpd(
        '<Period><AdaptationSet><Representation><BaseURL>ad.mp4</BaseURL></Representation></AdaptationSet></Period>',
      ),
    });
    expect(await expand('playlist', url, reader)).toEqual({
      urls: at('vod/m.mpd', 'vod/one.mp4', 'vod/ad.mpd', 'vod/ad.mp4'),
      error: undefined,
    });
  });

  it('says what it takes from elsewhere', async () => {
    const { segments, error } = await segmentsOf(
      mpd(`<Period>${byBase}<AdaptationSet xmlns:xlink="x" xlink:href="as.xml"/></Period>`),
    );
    expect(segments).toEqual(at('vod/one.mp4'));
    expect(error).toBe(`${url} takes its AdaptationSet from "as.xml" (xlink), which is not read`);
  });

  it.each(['<MPD/>', mpd('<Period><AdaptationSet><Representation id="v"/></AdaptationSet></Period>')])(
    'that names nothing but itself says so: %s',
    async (xml) => {
      expect(await segmentsOf(xml)).toEqual({ segments: [], error: `${url} names nothing to warm` });
    },
  );

  it('is given up where nothing that it names is a URL', async () => {
    const broken = byDuration.replace(/media="[^"]*"/, 'media="http://["');
    const { error } = await segmentsOf(
      mpd(`<Period>${broken}</Period>`, 'type="static" mediaPresentationDuration="PT999999999H"'),
    );
    expect(error).toContain('names "http://[", which is not a URL');
    expect(error).toContain('is given up');
  });

  it('of a few lines that names billions of segments is bounded', async () => {
    const { segments, error } = await segmentsOf(
      mpd(`<Period>${byDuration}</Period>`, 'type="static" mediaPresentationDuration="PT999999999H"'),
      { maxUrls: 100 },
    );
    expect(segments).toHaveLength(99);
    expect(error).toContain('goes beyond 100 URLs');
    const padded = byDuration.replace('%05d', '%0999d');
    expect((await segmentsOf(mpd(`<Period>${padded}</Period>`))).segments[1]).toHaveLength(
      `${SITE}/vod/v1-1000-.m4s`.length + 20,
    );
  });

  it('ends although no step names anything but the manifest itself', async () => {
    const endless = byDuration.replace(/media="[^"]*"/, 'media="m.mpd"');
    const { segments, error } = await segmentsOf(
      mpd(`<Period>${endless}</Period>`, 'type="static" mediaPresentationDuration="PT999999999H"'),
      { maxUrls: 1000 },
    );
    expect(segments).toEqual(at('vod/init-v1.mp4'));
    expect(error).toContain('goes beyond 1000 URLs');
  });

  it('cannot grow by long names', async () => {
    const long = byDuration
      .replace('id="v1"', `id="${'v'.repeat(8000)}"`)
      .replace(/media="[^"]*"/, `media="${'$RepresentationID$'.repeat(100)}"`);
    expect((await segmentsOf(mpd(`<Period>${long}</Period>`))).error).toContain('URL that is too long');
  });

  it.each([
    ['<html/>', 'its root element is "html"'],
    ['<MPD><Period>', 'ends before its element MPD does'],
    [mpd(`<Period>${byDuration}</Period>`, 'type="static"'), 'does not say how long it is'],
    [mpd(`<Period>${byTimeline}</Period>`, 'type="static"'), 'does not say how long it is'],
    [mpd(`<Period>${byTimeline.replace('d="20" ', '')}</Period>`), 'segment without duration'],
    [
      mpd(`<Period>${byTimeline.replace('t="0"', 't="1.5"')}</Period>`),
      'has t="1.5", which is no whole number',
    ],
  ])('%#: says what is wrong with it', async (xml, message) => {
    const { error } = await expand('playlist', url, documents({ [url]: xml }));
    expect(error).toContain(`${url} `);
    expect(error).toContain(message);
  });
});
