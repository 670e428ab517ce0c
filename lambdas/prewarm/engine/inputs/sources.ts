import type { SourceKind } from '../model/request';
import { dashFormat } from './dash';
import { hlsFormat } from './hls';
import { hlsAssetListFormat } from './hls-asset-list';
import { robotsFormat } from './robots';
import { sitemapFormat } from './sitemap';
import { textSitemapFormat } from './text-sitemap';
import type { DocumentSource } from './walk';

/** A kind of source as callers see it. */
export interface Source extends DocumentSource {
  /** Of the option that names its URL. */
  readonly optionHelp: string;
  /** Of the field of the request body that does. */
  readonly fieldHelp: string;
}

/**
 * Every source that a request can name, by the name of its body field and of its option. A new format is a file and a place
 * in `formats`; a new kind of source is its name in `SOURCE_KINDS` and its entry here: body, OpenAPI document, command line
 * and reader follow.
 */
export const SOURCES: Readonly<Record<SourceKind, Source>> = {
  sitemap: {
    optionHelp: 'also what this sitemap, index of sitemaps, feed or robots.txt lists; repeatable',
    fieldHelp:
      'URL(s) of sitemaps or sitemap indexes (XML or text), RSS or Atom feeds, or robots.txt, whose pages are warmed.',
    formats: [sitemapFormat, robotsFormat, textSitemapFormat],
    warmsDocuments: false,
  },
  playlist: {
    optionHelp: 'also what this HLS or DASH playlist needs; repeatable',
    fieldHelp:
      'URL(s) of HLS playlists or DASH manifests, which are warmed with the playlists and segments that they name.',
    formats: [hlsFormat, dashFormat, hlsAssetListFormat],
    warmsDocuments: true,
  },
};
