import { SOURCES } from '../../../../../lambdas/prewarm/engine/inputs/sources';
import { expansionLimits, walkSource } from '../../../../../lambdas/prewarm/engine/inputs/walk';
import type { DocumentReader } from '../../../../../lambdas/prewarm/engine/ports/document-reader';
import { SITE } from '../../support/documents';

/** An index of sitemaps that is made as it is read: so many documents, with so many URLs each. */
function generated(documents: number, urls: number): DocumentReader {
  return {
    read: async (url) => {
      const name = new URL(url).pathname;
      const text =
        name === '/index'
          ? `<sitemapindex>${Array.from({ length: documents }, (_, at) => `<sitemap><loc>/s${at}</loc></sitemap>`).join('')}</sitemapindex>`
          : `<urlset>${Array.from({ length: urls }, (_, at) => `<url><loc>${name}/${at}</loc></url>`).join('')}</urlset>`;
      return { url, body: Buffer.from(text), contentType: 'application/xml' };
    },
  };
}

async function walkAll(reader: DocumentReader, maxUrls?: number) {
  const steps = walkSource(`${SITE}/index`, SOURCES.sitemap, reader, {
    media: false,
    now: 0,
    limits: expansionLimits(maxUrls),
  });
  let urls = 0;
  let problems: readonly string[] = [];
  let mostAtOnce = 0;
  for await (const { urls: found, state } of steps) {
    urls += found.length;
    mostAtOnce = Math.max(mostAtOnce, found.length);
    problems = state?.problems ?? problems;
  }
  return { urls, problems, mostAtOnce };
}

describe('an index of more documents than a source may usually have', () => {
  it('is read to its end where a source may have so many URLs, a piece at a time', async () => {
    expect(await walkAll(generated(1_200, 100), 6_005_000)).toEqual({
      urls: 120_000,
      problems: [],
      mostAtOnce: 100,
    });
  });

  it('is otherwise cut off with a sentence, at its documents as at its URLs', async () => {
    const documents = await walkAll(generated(1_200, 1));
    expect(documents.urls).toBe(999);
    expect(documents.problems[0]).toMatch(/is one document more than 1000$/);
    const urls = await walkAll(generated(3, 100), 250);
    expect(urls.urls).toBe(250);
    expect(urls.problems).toEqual([expect.stringMatching(/goes beyond 250 URLs; the rest is left out$/)]);
  });
});
