import type { UrlInput } from '../ports/url-input';
import { dashInput } from './dash';
import { Expansion } from './expansion';
import { hlsInput } from './hls';
import { UnreadableDocument } from './unreadable-document';

const START_BYTES = 512;

/** HLS begins with a tag, a DASH manifest is XML; the gzip case is left to the one that the name says. */
function looksLikeDash(body: Uint8Array, url: string): boolean {
  const start = new TextDecoder('utf-8').decode(body.subarray(0, START_BYTES)).trimStart();
  if (start.startsWith('#EXTM3U')) return false;
  return start.startsWith('<') || new URL(url).pathname.endsWith('.mpd');
}

/** An HLS playlist or a DASH manifest, told apart by its content. */
export const playlistInput: UrlInput = {
  expand: async function* (source, reader, limits) {
    const expansion = new Expansion(reader, limits);
    const body = await expansion.read(source.url);
    expansion.end();
    if (body === undefined) return;
    const input = looksLikeDash(body, source.url) ? dashInput : hlsInput;
    const readOnce = {
      read: async (url: string, maxBytes: number) => {
        if (url !== source.url) return reader.read(url, maxBytes);
        if (body.byteLength > maxBytes) throw new UnreadableDocument(`is larger than ${maxBytes} bytes`);
        return { body, contentType: '' };
      },
    };
    yield* input.expand(source, readOnce, limits);
  },
};
