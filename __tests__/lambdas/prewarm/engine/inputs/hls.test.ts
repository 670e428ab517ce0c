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

  /** Everything that a playlist names besides itself; documents below it are not there. */
  async function named(text: string, query = '') {
    const url = `${SITE}/vod/p.m3u8${query}`;
    const { urls, error } = await expand('playlist', url, documents({ [url]: text }));
    const own = (error ?? '').split('; ').filter((problem) => !problem.endsWith('answered 404'));
    return { urls: urls.filter((found) => found !== url), error: own.join('; ') };
  }

  it.each([
    ['renditions without a name', '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="a.m3u8"', ['a.m3u8']],
    [
      'renditions that share a name',
      '#EXT-X-MEDIA:TYPE=AUDIO,NAME="en",URI="a.m3u8"\n#EXT-X-MEDIA:TYPE=AUDIO,NAME="en",URI="b.m3u8"',
      ['a.m3u8', 'b.m3u8'],
    ],
    ['image playlists', '#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI="t.m3u8"', ['t.m3u8']],
    ['session data', '#EXT-X-SESSION-DATA:DATA-ID="c",URI="c.json"', ['c.json']],
    ['session keys', '#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k.bin"', ['k.bin']],
    [
      'the key and the section that only parts use, and parts behind the last segment',
      '#EXT-X-KEY:METHOD=AES-128,URI="k1"\n#EXT-X-MAP:URI="i.mp4"\n#EXT-X-KEY:METHOD=AES-128,URI="k2"\n#EXT-X-PART:DURATION=1,URI="p.0.mp4"',
      ['k1', 'i.mp4', 'k2', 'p.0.mp4'],
    ],
    ['interstitials', '#EXT-X-DATERANGE:ID="a",X-ASSET-URI="ad.m3u8"\ns.ts', ['s.ts', 'ad.m3u8']],
    ['interstitials that are one object', '#EXT-X-DATERANGE:ID="a",X-ASSET-URI="ad.mp4"', ['ad.mp4']],
    ['lists of interstitials', '#EXT-X-DATERANGE:ID="a",X-ASSET-LIST="ads.json"', ['ads.json']],
    ['segments without EXTINF', '1.ts\n2.ts', ['1.ts', '2.ts']],
    ['playlists in a plain list of channels', '#EXTINF:-1,News\nnews.m3u8', ['news.m3u8']],
    ['byte ranges of one object once', '#EXT-X-BYTERANGE:1@0\nm.mp4\n#EXT-X-BYTERANGE:1@1\nm.mp4', ['m.mp4']],
    [
      'nothing that is not there',
      '#EXT-X-GAP\n1.ts\n2.ts\n#EXT-X-PART:GAP=YES,DURATION=1,URI="3.0.ts"',
      ['2.ts'],
    ],
    [
      'nothing that is not there yet, and no service',
      's.ts\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI="n.ts"\n#EXT-X-RENDITION-REPORT:URI="r.m3u8"\n#EXT-X-CONTENT-STEERING:SERVER-URI="/st"',
      ['s.ts'],
    ],
    [
      'no data in the playlist, no key of a key system',
      '#EXT-X-MAP:URI="data:video/mp4;base64,AA"\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://1"\ns.ts',
      ['s.ts'],
    ],
    ['no keys of other hosts', '#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example.com/k"\ns.ts', ['s.ts']],
  ])('names %s', async (_, text, expected) => {
    expect(await named(`#EXTM3U\n${text}\n`)).toEqual({
      urls: at(...expected.map((path) => `vod/${path}`)),
      error: '',
    });
  });

  it.each([
    ['a comma at the end', '#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1x1,\nv.m3u8', ['v.m3u8']],
    ['an attribute without value', '#EXT-X-STREAM-INF:BANDWIDTH=1,FOO\nv.m3u8', ['v.m3u8']],
    [
      'a list without quotes',
      '#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=avc1.66.31,mp4a.40.2\nv.m3u8',
      ['v.m3u8'],
    ],
    ['a short vector', '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x1\ns.ts', ['k', 's.ts']],
    ['a URI without quotes', '#EXT-X-MAP:URI=i.mp4,BYTERANGE=1@0\ns.ts', ['i.mp4', 's.ts']],
    ['a quote that does not end', '#EXT-X-MAP:URI="i.mp4\ns.ts', ['i.mp4', 's.ts']],
    [
      'commas and equal signs within quotes',
      '#EXT-X-MAP:URI="i.mp4?a=1,b=2",BYTERANGE="1@0"\ns.ts',
      ['i.mp4?a=1,b=2', 's.ts'],
    ],
    [
      'blanks around names and values',
      '#EXT-X-MAP: BYTERANGE="1@0" , URI = "i.mp4"\n  s.ts  ',
      ['i.mp4', 's.ts'],
    ],
    [
      'tags that are none',
      '#EXT-X-DATERANGE:junk\n#EXT-X-DEFINE:junk\n#EXT-X-I-FRAME-STREAM-INF:junk\n#EXT-X-KEY\n#\ns.ts',
      ['s.ts'],
    ],
    ['carriage returns alone', '#EXTINF:6,\r1.ts\r2.ts\r', ['1.ts', '2.ts']],
    ['a vertical tab in a title', '#EXTINF:6,a\vb\n1.ts', ['1.ts']],
  ])('is read in spite of %s', async (_, text, expected) => {
    expect(await named(`\uFEFF\n# a comment\n#EXTM3U\n${text}`)).toEqual({
      urls: at(...expected.map((path) => `vod/${path}`)),
      error: '',
    });
  });

  it('has its variables replaced, wherever and however often a URI names them', async () => {
    const text = `#EXTM3U
#EXT-X-DEFINE:NAME="h",VALUE="cdn"
#EXT-X-DEFINE:NAME="p",VALUE="{$h}/$&"
#EXT-X-DEFINE:QUERYPARAM="tok"
#EXT-X-MAP:URI="{$p}/i.mp4"
{$h}/{$h}-1.ts?t={$tok}
`;
    expect(await named(text, '?tok=a%20b')).toEqual({
      urls: at('vod/cdn/$&/i.mp4', 'vod/cdn/cdn-1.ts?t=a%20b'),
      error: '',
    });
  });

  it('imports the variables of the playlist that names it', async () => {
    const reader = documents({
      [`${SITE}/m.m3u8`]:
        '#EXTM3U\n#EXT-X-DEFINE:NAME="d",VALUE="x"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n',
      [`${SITE}/v.m3u8`]: '#EXTM3U\n#EXT-X-DEFINE:IMPORT="d"\n{$d}/1.ts\n',
    });
    expect(await expand('playlist', `${SITE}/m.m3u8`, reader)).toEqual({
      urls: at('m.m3u8', 'v.m3u8', 'x/1.ts'),
      error: undefined,
    });
  });

  it.each([
    ['{$nope}/1.ts', 'uses the variable "nope", which it does not define'],
    ['#EXT-X-DEFINE:IMPORT="a"\n1.ts', 'imports the variable "a"'],
    ['#EXT-X-DEFINE:QUERYPARAM="a"\n1.ts', 'takes the variable "a" from its query string'],
    [
      '#EXT-X-DEFINE:NAME="a",VALUE="1"\n#EXT-X-DEFINE:NAME="a",VALUE="2"\n1.ts',
      'defines the variable "a" twice',
    ],
    ['#EXT-X-ENDLIST', 'names nothing to warm'],
    [`${'x'.repeat(9_000)}.ts`, 'names a URL of 9003 characters'],
    ['rtmp://www.example.com/live', undefined],
  ])('%#: says what is wrong, and guesses nothing', async (text, message) => {
    const { urls, error } = await named(`#EXTM3U\n${text}\n`);
    if (message === undefined) expect(urls).toEqual(['rtmp://www.example.com/live']);
    else {
      expect(urls).toEqual([]);
      expect(error).toContain(message);
    }
  });

  it('and everything below it is resolved against where it came from', async () => {
    const reader = documents({
      [`${SITE}/live.m3u8`]: { movedTo: `${SITE}/sessions/42/master.m3u8` },
      [`${SITE}/sessions/42/master.m3u8`]: '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n',
      [`${SITE}/sessions/42/low.m3u8`]: { movedTo: `${SITE}/edge/low/index.m3u8` },
      [`${SITE}/edge/low/index.m3u8`]: SMALL,
    });
    expect((await expand('playlist', `${SITE}/live.m3u8`, reader)).urls).toEqual(
      at('sessions/42/master.m3u8', 'edge/low/index.m3u8', 'edge/low/s.aac'),
    );
  });

  it('may name assets by way of a list in JSON', async () => {
    const reader = documents({
      [`${SITE}/m.m3u8`]: '#EXTM3U\n#EXT-X-DATERANGE:ID="a",X-ASSET-LIST="ads/list.json"\n1.ts\n',
      [`${SITE}/ads/list.json`]: '{"ASSETS":[{"URI":"ad.m3u8","DURATION":5},{"URI":"ad.mp4"},{}]}',
      [`${SITE}/ads/ad.m3u8`]: SMALL,
    });
    expect(await expand('playlist', `${SITE}/m.m3u8`, reader)).toEqual({
      urls: at('m.m3u8', '1.ts', 'ads/list.json', 'ads/ad.mp4', 'ads/ad.m3u8', 'ads/s.aac'),
      error: `${SITE}/ads/list.json has an asset without URI`,
    });
  });
});
