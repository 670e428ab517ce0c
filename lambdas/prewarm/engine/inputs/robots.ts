import type { DocumentFormat, DocumentStart } from './document-format';
import { resolveUrl } from './resolve-url';
import { textLines } from './text-lines';

const DIRECTIVE = /^(?:user-agent|disallow|allow|crawl-delay|sitemap|host|clean-param)\s*:/i;
const SITEMAP = /^sitemap\s*:\s*(.*)$/i;

/** Returns true where the first line that is no comment is one of a robots.txt. */
export function isRobots({ text, path }: DocumentStart): boolean {
  const first = text.split(/[\r\n]+/).find((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return path.endsWith('/robots.txt') ? !text.startsWith('<') : DIRECTIVE.test(first?.trim() ?? '');
}

/** The sitemaps that a robots.txt names (RFC 9309 leaves its other lines to crawlers). */
export const robotsFormat: DocumentFormat = {
  name: 'a robots.txt',
  detects: isRobots,
  read: async function* (document) {
    for await (const line of textLines(document.text())) {
      const [, written] = SITEMAP.exec(line.text) ?? [];
      if (written === undefined || written === '') continue;
      const resolved = resolveUrl(written, document.url);
      yield resolved.kind === 'url' ? { kind: 'document', url: resolved.url } : resolved;
    }
  },
};
