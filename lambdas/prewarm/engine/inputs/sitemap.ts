import type { DocumentFormat, Finding, OpenDocument, ReadOptions } from './document-format';
import { trimBlanks } from './list-line';
import { excerpt, type ResolvedUrl, resolveUrl } from './resolve-url';
import { wrongRoot, XmlReader } from './xml-reader';

type Kind = 'page' | 'document' | 'media';

const ROOTS: ReadonlySet<string> = new Set(['urlset', 'sitemapindex', 'rss', 'feed', 'rdf']);
const EXPECTED = 'a sitemap or a feed';

/** What the text of an element is, by the names of its parent and itself, whatever their prefixes are. */
const TEXTS: ReadonlyMap<string, Kind> = new Map([
  ['url/loc', 'page'],
  ['urlset/loc', 'page'],
  ['sitemap/loc', 'document'],
  ['sitemapindex/loc', 'document'],
  ['image/loc', 'media'],
  ['video/content_loc', 'media'],
  ['video/thumbnail_loc', 'media'],
  ['item/link', 'page'],
]);

const ATOM_PAGES: ReadonlySet<string> = new Set(['', 'alternate']);

/** Returns what an attribute of an element names: the links of feeds, and translations. */
function attributeOf(
  parent: string,
  name: string,
  { href, url, rel = '' }: Readonly<Record<string, string>>,
): readonly [Kind, string] | undefined {
  const link = rel.trim().toLowerCase();
  if (name === 'link' && href !== undefined) {
    if (parent === 'entry' && ATOM_PAGES.has(link)) return ['page', href];
    if (parent === 'entry' && link === 'enclosure') return ['media', href];
    if (parent === 'url' && link === 'alternate') return ['media', href];
  }
  const isMedia = parent === 'item' && (name === 'enclosure' || name === 'content' || name === 'thumbnail');
  return isMedia && url !== undefined ? ['media', url] : undefined;
}

const SCHEME = /^https?:/i;
const ABSOLUTE = /^https?:\/\/[^/]/i;
const HOST_LIKE = /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/i;

/** Returns the last two labels: enough to tell the document's own site without a list of public suffixes. */
function siteOf(host: string): string {
  return host.split('.').slice(-2).join('.').toLowerCase();
}

/** `www.example.com/a` is a URL whose scheme was forgotten, and no path below the sitemap. */
function lacksScheme(location: string, base: string): boolean {
  const [first = ''] = location.split(/[/?#]/, 1);
  if (!HOST_LIKE.test(first)) return false;
  const isPath = location.length > first.length && location[first.length] === '/';
  return isPath || /^www\./i.test(first) || siteOf(first) === siteOf(new URL(base).hostname);
}

/** Locations have to be whole URLs; paths are taken as well, as other crawlers do. */
function resolveLocation(location: string, base: string): ResolvedUrl {
  const isBroken = SCHEME.test(location) ? !ABSOLUTE.test(location) : lacksScheme(location, base);
  return isBroken
    ? { kind: 'problem', reason: `names ${excerpt(location)}, which is not a whole URL` }
    : resolveUrl(location, base);
}

/** Collects what a sitemap or feed names, while it is read. */
class LocationReader {
  private readonly path: string[] = [];
  private readonly xml: XmlReader;
  private found: Finding[] = [];
  private base: string;
  private hasElementInside = false;

  constructor(
    document: OpenDocument,
    private readonly options: ReadOptions,
  ) {
    this.base = document.url;
    this.xml = new XmlReader({
      open: (name, attributes) => this.open(name.toLowerCase(), name, attributes),
      close: (_, text) => this.close(text),
      wantsText: (name) => this.kindOf(name.toLowerCase()) !== undefined,
    });
  }

  /** Yields what this piece of the text names; also what it names before the place at which reading cannot go on. */
  *read(text: string): Iterable<Finding> {
    this.found = [];
    try {
      this.xml.write(text);
    } finally {
      yield* this.found;
    }
  }

  end(): void {
    this.xml.end();
  }

  private kindOf(name: string): Kind | undefined {
    return TEXTS.get(`${this.path.at(-1) ?? ''}/${name}`);
  }

  private open(name: string, written: string, attributes: Readonly<Record<string, string>>): void {
    if (this.path.length === 0) {
      if (!ROOTS.has(name)) throw wrongRoot(written, EXPECTED);
      const own = resolveUrl(attributes['xml:base'] ?? '', this.base);
      if (own.kind === 'url') this.base = own.url;
    }
    const named = attributeOf(this.path.at(-1) ?? '', name, attributes);
    if (named !== undefined) this.add(...named);
    if (this.isLocation) this.hasElementInside = true;
    this.path.push(name);
    if (this.isLocation) this.hasElementInside = false;
  }

  private get isLocation(): boolean {
    return TEXTS.has(this.path.slice(-2).join('/'));
  }

  private close(text: string): void {
    const name = this.path.pop() ?? '';
    const kind = this.kindOf(name);
    if (kind === undefined) return;
    if (this.hasElementInside) {
      this.hasElementInside = false;
      this.found.push({ kind: 'problem', reason: `has an element inside of a ${name} element` });
    } else this.add(kind, text);
  }

  private add(kind: Kind, written: string): void {
    const location = trimBlanks(written);
    if (location === '' || (kind === 'media' && !this.options.media)) return;
    const resolved = resolveLocation(location, this.base);
    if (resolved.kind === 'url' && kind === 'document')
      this.found.push({ kind: 'document', url: resolved.url });
    else this.found.push(resolved);
  }
}

/** Sitemaps, sitemap indexes, RSS and Atom feeds: their pages, and on request images, videos and translations. */
export const sitemapFormat: DocumentFormat = {
  name: EXPECTED,
  mayBeEmpty: true,
  detects: ({ text }) => text.startsWith('<'),
  read: async function* (document, options) {
    const reader = new LocationReader(document, options);
    for await (const part of document.text()) yield* reader.read(part);
    reader.end();
  },
};
