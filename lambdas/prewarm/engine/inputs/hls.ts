import { type HlsManifest, Parser } from 'm3u8-parser';
import type { UrlInput } from '../ports/url-input';
import { wholeText } from './document-text';
import { Expansion, resolveUrl } from './expansion';
import { UnreadableDocument } from './unreadable-document';

/** Own choice: a day of two-second segments is about 4 MB. */
export const MAX_PLAYLIST_BYTES = 8 * 1024 * 1024;

/** Tags up to this length are read in no time, whatever is in them. */
const SHORT_TAG = 512;
/** Squares of characters: at each comma and blank of a tag the parser looks through the rest of it. Own choice: some seconds. */
const MAX_TAG_WORK = 2 ** 32;

/** One long tag of commas would keep the parser busy for hours, and with it everything else in this process. */
function checkTags(text: string): void {
  let work = 0;
  for (const line of text.split('\n')) {
    const tag = line.trim();
    if (tag.length > SHORT_TAG && tag.startsWith('#')) work += tag.length ** 2;
  }
  if (work > MAX_TAG_WORK) throw new UnreadableDocument('has tags that are too long');
}

/** Variables that name each other, or long ones named often, would grow a small playlist beyond all memory. */
function checkVariables(text: string): void {
  const lines = [...text.matchAll(/^#EXT-X-DEFINE:.*$/gm)].map(([line]) => line);
  if (lines.length === 0) return;
  const uses = text.split('{$').length - 1;
  const longest = lines.reduce((length, line) => Math.max(length, line.length), 0);
  if (lines.some((line) => line.includes('{$')) || uses * longest > MAX_PLAYLIST_BYTES) {
    throw new UnreadableDocument('has variables (EXT-X-DEFINE) that grow too large');
  }
}

function parse(text: string): HlsManifest {
  if (!text.startsWith('#EXTM3U'))
    throw new UnreadableDocument('is not an HLS playlist: it does not begin with #EXTM3U');
  checkTags(text);
  checkVariables(text);
  const parser = new Parser();
  try {
    parser.push(text);
    parser.end();
  } catch (error) {
    throw new UnreadableDocument(
      `is not a well-formed HLS playlist: ${error instanceof Error ? error.message : error}`,
      {
        cause: error,
      },
    );
  }
  return parser.manifest;
}

function playlistsOf({
  playlists = [],
  iFramePlaylists = [],
  mediaGroups = {},
}: HlsManifest): readonly string[] {
  const renditions = Object.values(mediaGroups).flatMap((groups) =>
    Object.values(groups).flatMap((names) => Object.values(names)),
  );
  return [...playlists, ...renditions, ...iFramePlaylists].flatMap(({ uri }) => (uri ? [uri] : []));
}

/** Keys are for viewers that may play; one is warmed only where it is an https object of the same host. */
function isOwnKey(key: string, playlist: string): boolean {
  return key.startsWith('https://') && new URL(key).host === new URL(playlist).host;
}

/** Segments and what they need, in the order of playing; byte ranges of one object name it once. */
function* objectsOf({ segments }: HlsManifest, playlist: string): Iterable<string> {
  const recent = new Map<string, string>();
  function changed(kind: string, uri: string | undefined): string | undefined {
    const url = uri === undefined ? undefined : resolveUrl(uri, playlist);
    if (url === undefined || recent.get(kind) === url) return undefined;
    recent.set(kind, url);
    return url;
  }
  for (const { map, key, uri, parts = [] } of segments) {
    const keyUrl = changed('key', key?.uri);
    if (keyUrl !== undefined && isOwnKey(keyUrl, playlist)) yield keyUrl;
    for (const url of [
      changed('map', map?.uri),
      ...parts.map((part) => changed('part', part.uri)),
      changed('segment', uri),
    ]) {
      if (url !== undefined) yield url;
    }
  }
}

/** The playlist itself, the playlists below it, and their segments and initialisation sections. */
export const hlsInput: UrlInput = {
  expand: async function* (source, reader, limits) {
    const expansion = new Expansion(reader, {
      ...limits,
      maxDocumentBytes: Math.min(limits.maxDocumentBytes, MAX_PLAYLIST_BYTES),
    });
    for (const { url, depth } of expansion.documents(source.url)) {
      const body = await expansion.read(url);
      if (body === undefined) continue;
      try {
        const manifest = parse(await wholeText(body, expansion.limits.maxDocumentBytes));
        for (const uri of playlistsOf(manifest)) {
          const playlist = resolveUrl(uri, url);
          if (playlist !== undefined) expansion.enqueue(playlist, depth + 1);
        }
        if (expansion.admit(url)) yield url;
        for (const object of objectsOf(manifest, url)) {
          if (!expansion.admit(url)) break;
          yield object;
        }
      } catch (error) {
        expansion.failed(url, error);
      }
    }
    expansion.end();
  },
};
