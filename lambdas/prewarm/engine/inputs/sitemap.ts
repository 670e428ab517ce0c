import { SaxesParser } from 'saxes';
import type { UrlInput } from '../ports/url-input';
import { documentText } from './document-text';
import { Expansion, type QueuedDocument, resolveUrl } from './expansion';
import { listLines } from './list';
import { UnreadableDocument } from './unreadable-document';

interface Location {
  readonly kind: 'page' | 'sitemap';
  readonly text: string;
}

const PARENTS: ReadonlyMap<string, Location['kind']> = new Map([
  ['url', 'page'],
  ['sitemap', 'sitemap'],
]);
const ROOTS: ReadonlySet<string> = new Set(['urlset', 'sitemapindex']);

/**
 * The `<loc>` of each `<url>` and `<sitemap>`, piece by piece. Elements of extensions (images, videos, translations)
 * have another prefix or parent and are passed over.
 * @throws Error where the text is not a sitemap
 */
async function* xmlLocations(text: AsyncIterable<string>): AsyncIterable<Location> {
  const parser = new SaxesParser({ xmlns: false });
  const path: string[] = [];
  let found: Location[] = [];
  let prefix = '';
  let loc = '';
  parser.on('error', (error) => {
    throw new UnreadableDocument(`is not well-formed XML: ${error.message}`);
  });
  parser.on('opentag', ({ name }) => {
    if (path.length === 0) {
      const colon = name.indexOf(':') + 1;
      prefix = name.slice(0, colon);
      if (!ROOTS.has(name.slice(colon)))
        throw new UnreadableDocument(`is not a sitemap: its root element is ${name.slice(0, 40)}`);
    }
    path.push(name);
    loc = '';
  });
  function collect(part: string): void {
    if (path.at(-1) === `${prefix}loc`) loc += part;
  }
  parser.on('text', collect);
  parser.on('cdata', collect);
  parser.on('closetag', ({ name }) => {
    path.pop();
    const parent = path.at(-1);
    const kind = parent?.startsWith(prefix) ? PARENTS.get(parent.slice(prefix.length)) : undefined;
    if (name === `${prefix}loc` && kind !== undefined && loc.trim() !== '')
      found.push({ kind, text: loc.trim() });
  });
  for await (const part of text) {
    parser.write(part);
    yield* found;
    found = [];
  }
  parser.close();
  yield* found;
}

/** A sitemap may be plain text: one absolute URL per line. */
async function* textLocations(text: AsyncIterable<string>): AsyncIterable<Location> {
  for await (const line of listLines(text)) {
    if (!URL.canParse(line)) throw new UnreadableDocument('is neither an XML sitemap nor a list of URLs');
    yield { kind: 'page', text: line };
  }
}

async function isXml(text: AsyncIterable<string>): Promise<boolean> {
  for await (const part of text) if (part.trim() !== '') return part.trimStart().startsWith('<');
  return true;
}

async function* pagesOf(
  document: QueuedDocument,
  body: Uint8Array,
  expansion: Expansion,
): AsyncIterable<string> {
  function read(): AsyncIterable<string> {
    return documentText(body, expansion.limits.maxDocumentBytes);
  }
  const locations = (await isXml(read())) ? xmlLocations(read()) : textLocations(read());
  for await (const { kind, text } of locations) {
    const url = resolveUrl(text, document.url);
    if (url === undefined) expansion.problem(document.url, 'holds a location that is not a URL');
    else if (kind === 'sitemap') expansion.enqueue(url, document.depth + 1);
    else if (expansion.admit(document.url)) yield url;
    else return;
  }
}

/** The pages of a sitemap (XML or text), or of all sitemaps of an index; plain or gzip. The sitemaps themselves are not warmed. */
export const sitemapInput: UrlInput = {
  expand: async function* (source, reader, limits) {
    const expansion = new Expansion(reader, limits);
    for (const document of expansion.documents(source.url)) {
      const body = await expansion.read(document.url);
      if (body === undefined) continue;
      try {
        yield* pagesOf(document, body, expansion);
      } catch (error) {
        expansion.failed(document.url, error);
      }
    }
    expansion.end();
  },
};
