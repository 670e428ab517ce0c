import type { SourceKind } from '../model/request';
import { dashFormat } from './dash';
import { hlsFormat } from './hls';
import { hlsAssetListFormat } from './hls-asset-list';
import { robotsFormat } from './robots';
import { sitemapFormat } from './sitemap';
import { textSitemapFormat } from './text-sitemap';
import type { DocumentSource } from './walk';

/**
 * Every source that a request can name, by the name of its body field and of its option. A new format is a file and a place
 * in `formats`; a new kind of source is its name in `SOURCE_KINDS`, its entry here and its texts in `source-help.ts`: body,
 * OpenAPI document, command line and reader follow.
 */
export const SOURCES: Readonly<Record<SourceKind, DocumentSource>> = {
  sitemap: { formats: [sitemapFormat, robotsFormat, textSitemapFormat], warmsDocuments: false },
  playlist: { formats: [hlsFormat, dashFormat, hlsAssetListFormat], warmsDocuments: true },
};
