import type { DocumentFormat } from './document-format';
import { excerpt, resolveUrl } from './resolve-url';
import { textLines } from './text-lines';

const WHOLE_URL = /^"?https?:\/\//i;

/** A sitemap may be plain text: one whole URL per line. */
export const textSitemapFormat: DocumentFormat = {
  name: 'a list of URLs',
  mayBeEmpty: true,
  detects: ({ text }) => text === '' || WHOLE_URL.test(text.replace(/^(?:#[^\n]*\n\s*)+/, '')),
  read: async function* (document) {
    for await (const { number, text } of textLines(document.text())) {
      yield WHOLE_URL.test(text)
        ? resolveUrl(text, document.url)
        : { kind: 'problem', reason: `has ${excerpt(text)} in line ${number}, which is not a whole URL` };
    }
  },
};
