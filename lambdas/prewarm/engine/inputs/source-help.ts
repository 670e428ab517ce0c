import type { SourceKind } from '../model/request';

/** How callers are told of a kind of source. */
export interface SourceHelp {
  /** Of the option that names its URL. */
  readonly optionHelp: string;
  /** Of the field of the request body that does. */
  readonly fieldHelp: string;
}

/** Texts of every kind of source; apart from the formats, whose readers a program that only takes requests does not need. */
export const SOURCE_HELP: Readonly<Record<SourceKind, SourceHelp>> = {
  sitemap: {
    optionHelp: 'also what this sitemap, index of sitemaps, feed or robots.txt lists; repeatable',
    fieldHelp:
      'URL(s) of sitemaps or sitemap indexes (XML or text), RSS or Atom feeds, or robots.txt, whose pages are warmed.',
  },
  playlist: {
    optionHelp: 'also what this HLS or DASH playlist needs; repeatable',
    fieldHelp:
      'URL(s) of HLS playlists or DASH manifests, which are warmed with the playlists and segments that they name.',
  },
};
