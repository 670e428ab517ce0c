import { UnreadableDocument } from '../ports/document-reader';
import { parseFlatJson } from '../request/flat-json';
import type { DocumentFormat, Finding } from './document-format';
import { wholeText } from './document-text';
import { mayBePlaylist } from './hls';
import { resolveUrl } from './resolve-url';

/** Own choice: one interstitial has few assets. */
const MAX_ASSET_LIST_BYTES = 1024 * 1024;

function parse(text: string): unknown {
  try {
    return parseFlatJson(text);
  } catch (cause) {
    throw new UnreadableDocument(
      `is not an HLS asset list: ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  }
}

function field(value: unknown, name: string): unknown {
  return value instanceof Object ? Reflect.get(value, name) : undefined;
}

/** The assets of an HLS interstitial (X-ASSET-LIST, RFC 8216bis, appendix D): playlists in JSON. */
export const hlsAssetListFormat: DocumentFormat = {
  name: 'an HLS asset list',
  maxBytes: MAX_ASSET_LIST_BYTES,
  mayBeEmpty: true,
  detects: ({ text }) => text.startsWith('{'),
  read: async function* (document): AsyncGenerator<Finding> {
    const assets = field(parse(await wholeText(document.text())), 'ASSETS');
    if (!Array.isArray(assets)) throw new UnreadableDocument('is not an HLS asset list: it has no ASSETS');
    for (const asset of assets) {
      const uri = field(asset, 'URI');
      if (typeof uri !== 'string') {
        yield { kind: 'problem', reason: 'has an asset without URI' };
        continue;
      }
      const resolved = resolveUrl(uri, document.url);
      yield resolved.kind === 'url' && mayBePlaylist(resolved.url)
        ? { ...resolved, kind: 'document' }
        : resolved;
    }
  },
};
