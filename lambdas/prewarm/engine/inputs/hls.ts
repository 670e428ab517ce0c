import type { DocumentFormat, Finding, OpenDocument } from './document-format';
import { wholeText } from './document-text';
import { parseAttributes } from './hls-attributes';
import { PlaylistVariables } from './hls-variables';
import { resolveUrl } from './resolve-url';

/** Own choice: a day of two-second segments is about 4 MB. */
export const MAX_PLAYLIST_BYTES = 8 * 1024 * 1024;

/** What a URI of a playlist leads to. A key is an object that only some may have. */
type Target = 'object' | 'playlist' | 'asset' | 'key';

/**
 * Tags with an attribute that names a URI. Left out are those that name what is not there yet (EXT-X-PRELOAD-HINT), what
 * another playlist names anyway (EXT-X-RENDITION-REPORT), and services (EXT-X-CONTENT-STEERING).
 */
const URI_TAGS: ReadonlyMap<string, readonly (readonly [attribute: string, target: Target])[]> = new Map([
  ['#EXT-X-MEDIA', [['URI', 'playlist']]],
  ['#EXT-X-I-FRAME-STREAM-INF', [['URI', 'playlist']]],
  ['#EXT-X-IMAGE-STREAM-INF', [['URI', 'playlist']]],
  ['#EXT-X-MAP', [['URI', 'object']]],
  ['#EXT-X-PART', [['URI', 'object']]],
  ['#EXT-X-KEY', [['URI', 'key']]],
  ['#EXT-X-SESSION-KEY', [['URI', 'key']]],
  ['#EXT-X-SESSION-DATA', [['URI', 'object']]],
  [
    '#EXT-X-DATERANGE',
    [
      ['X-ASSET-URI', 'asset'],
      ['X-ASSET-LIST', 'playlist'],
    ],
  ],
]);

/** Returns true where a URL that stands for an asset may be a playlist: one that is plainly media is not read. */
export function mayBePlaylist(url: string): boolean {
  return !MEDIA_PATH.test(new URL(url).pathname);
}

const PLAYLIST_PATH = /\.(?:m3u8?|mpd)$/i;
const MEDIA_PATH = /\.(?:mp4|m4[asv]|cmf[atv]|mov|ts|aac|mp3|ac3|ec3|webm|vtt|webvtt|jpe?g|png)$/i;
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

/** A beginning of comments alone is seen in examples, though the first line has to be #EXTM3U. */
const START = /^(?:#(?!EXT)[^\r\n]*[\r\n]+\s*)*#EXT/;

/** Data in the playlist itself, and keys of key systems: nothing that an edge could be asked for. */
function isNoObject(uri: string, target: Target): boolean {
  const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
  return scheme === 'data' || (target === 'key' && scheme !== undefined && !scheme.startsWith('http'));
}

/** Keys are for viewers that may play; one is warmed only where it is an https object of the same host. */
function isOwnKey(key: string, playlist: string): boolean {
  return key.startsWith('https://') && new URL(key).host === new URL(playlist).host;
}

/** Reads one playlist line by line. */
class PlaylistReader {
  private readonly variables: PlaylistVariables;
  private readonly named = new Set<string>();
  private isStream = false;
  private isGap = false;

  constructor(private readonly document: OpenDocument) {
    this.variables = new PlaylistVariables(document.url, document.variables);
  }

  *read(text: string): Iterable<Finding> {
    for (const written of text.split(/\r\n|\n|\r/)) {
      const line = written.trim();
      if (line.startsWith('#EXT')) yield* this.tag(line);
      else if (line !== '' && !line.startsWith('#')) yield* this.uri(line);
    }
  }

  private *tag(line: string): Iterable<Finding> {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon).trimEnd();
    if (name === '#EXT-X-STREAM-INF') this.isStream = true;
    if (name === '#EXT-X-GAP') this.isGap = true;
    const uris = URI_TAGS.get(name);
    if (colon < 0 || (uris === undefined && name !== '#EXT-X-DEFINE')) return;
    const attributes = parseAttributes(line.slice(colon + 1));
    if (name === '#EXT-X-DEFINE') this.variables.define(attributes);
    if (attributes.get('GAP') === 'YES') return;
    for (const [attribute, target] of uris ?? []) {
      const uri = attributes.get(attribute);
      if (uri !== undefined) yield* this.found(uri, target);
    }
  }

  /** Yields a line that is a URI: of a playlist behind EXT-X-STREAM-INF, else of a segment. */
  private *uri(line: string): Iterable<Finding> {
    const isStream = this.isStream;
    const isGap = this.isGap;
    this.isStream = false;
    this.isGap = false;
    if (!isGap) yield* this.found(line, isStream ? 'playlist' : 'object');
  }

  private *found(written: string, target: Target): Iterable<Finding> {
    const uri = this.variables.fill(written).trim();
    if (uri === '' || isNoObject(uri, target)) return;
    const resolved = resolveUrl(uri, this.document.url);
    if (resolved.kind === 'problem') {
      yield resolved;
      return;
    }
    const { url } = resolved;
    if (target === 'key' && !isOwnKey(url, this.document.url)) return;
    // Byte ranges of one object, and streams that share a playlist.
    if (this.named.has(url)) return;
    this.named.add(url);
    const namesMore =
      target === 'playlist' ||
      (target === 'asset' && mayBePlaylist(url)) ||
      (target === 'object' && PLAYLIST_PATH.test(new URL(url).pathname));
    yield namesMore ? { kind: 'document', url, variables: this.variables.all } : resolved;
  }
}

/** HLS playlists of either kind: everything that they name, for a warmer needs each URI and no model of the stream. */
export const hlsFormat: DocumentFormat = {
  name: 'an HLS playlist',
  maxBytes: MAX_PLAYLIST_BYTES,
  detects: ({ text }) => START.test(text),
  read: async function* (document) {
    const text = await wholeText(document.text());
    // Read to its end before anything is passed on: an undefined variable makes all of it unreadable.
    yield* [...new PlaylistReader(document).read(text)];
  },
};
