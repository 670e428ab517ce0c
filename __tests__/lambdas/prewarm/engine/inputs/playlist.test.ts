import { parse as parseWithMpdParser } from 'mpd-parser';
import { documents, expand, SITE } from '../../support/documents';

function at(...paths: string[]): string[] {
  return paths.map((path) => `${SITE}/${path}`);
}

const MASTER = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",URI="audio/en.m3u8"
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="iframes.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=100,AUDIO="a"
v1/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=200,AUDIO="a"
v1/index.m3u8
`;
const MEDIA = `#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example.com/k"
#EXT-X-MAP:URI="init.mp4",BYTERANGE="600@0"
#EXTINF:4,
#EXT-X-BYTERANGE:1000@600
all.mp4
#EXTINF:4,
#EXT-X-BYTERANGE:1000@1600
all.mp4
#EXT-X-KEY:METHOD=AES-128,URI="../key.bin"
#EXTINF:4,
last.ts?x=1
#EXT-X-ENDLIST
`;
const SMALL = '#EXTM3U\n#EXTINF:4,\ns.aac\n#EXT-X-ENDLIST\n';

describe('an HLS playlist', () => {
  it('names its playlists, segments and initialisation sections; byte ranges of an object once; only own keys', async () => {
    const reader = documents({
      [`${SITE}/live/master.m3u8`]: MASTER,
      [`${SITE}/live/v1/index.m3u8`]: MEDIA,
      [`${SITE}/live/audio/en.m3u8`]: SMALL,
      [`${SITE}/live/iframes.m3u8`]: SMALL,
    });
    const { urls, error } = await expand('playlist', `${SITE}/live/master.m3u8`, reader);
    expect(error).toBeUndefined();
    expect(urls).toEqual(
      at(
        'live/master.m3u8',
        'live/audio/en.m3u8',
        'live/audio/s.aac',
        'live/iframes.m3u8',
        'live/s.aac',
        'live/v1/index.m3u8',
        'live/v1/init.mp4',
        'live/v1/all.mp4',
        'live/key.bin',
        'live/v1/last.ts?x=1',
      ),
    );
    expect(reader.seen).toHaveLength(4);
  });

  it('that cannot be read is named; the rest is passed on', async () => {
    const reader = documents({
      [`${SITE}/m.m3u8`]: MASTER,
      [`${SITE}/v1/index.m3u8`]: '<!DOCTYPE html><html></html>',
    });
    const { urls, error } = await expand('playlist', `${SITE}/m.m3u8`, reader);
    expect(urls).toEqual(at('m.m3u8', 'audio/en.m3u8', 'iframes.m3u8', 'v1/index.m3u8'));
    expect(error).toContain(`${SITE}/v1/index.m3u8 is not a DASH manifest: its root element is "html"`);
    expect(error).toContain(`${SITE}/audio/en.m3u8 answered 404`);
  });

  it('cannot grow by variables', async () => {
    const defines = Array.from(
      { length: 40 },
      (_, n) => `#EXT-X-DEFINE:NAME="v${n + 2}",VALUE="{$v${n}}{$v${n + 1}}"`,
    );
    const bomb = `#EXTM3U\n#EXT-X-DEFINE:NAME="v0",VALUE="aa"\n#EXT-X-DEFINE:NAME="v1",VALUE="aa"\n${defines.join('\n')}\n#EXTINF:4,\n{$v41}.ts\n`;
    const { error } = await expand('playlist', `${SITE}/b`, documents({ [`${SITE}/b`]: bomb }));
    expect(error).toContain('grow too large');
  });

  it('is read in linear time whatever its tags are', async () => {
    const tags = [',', '=', '"', '=",', ' '].map((part) => `#EXT-X-MEDIA:${part.repeat(1_000_000)}`);
    const reader = documents({ [`${SITE}/c`]: `#EXTM3U\n${tags.join('\n')}\ns.ts\n` });
    expect((await expand('playlist', `${SITE}/c`, reader)).urls).toEqual(at('c', 's.ts'));
  });

  it('is bounded in URLs', async () => {
    const reader = documents({ [`${SITE}/m.m3u8`]: MEDIA });
    expect(await expand('playlist', `${SITE}/m.m3u8`, reader, { maxUrls: 2 })).toEqual({
      urls: at('m.m3u8', 'init.mp4'),
      error: `${SITE}/m.m3u8 goes beyond 2 URLs; the rest is left out`,
    });
  });
});

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
