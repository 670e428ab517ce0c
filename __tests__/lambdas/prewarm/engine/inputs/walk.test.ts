import { SOURCES } from '../../../../../lambdas/prewarm/engine/inputs/sources';
import {
  EXPANSION_LIMITS,
  type WalkState,
  walkSource,
} from '../../../../../lambdas/prewarm/engine/inputs/walk';
import {
  type DocumentReader,
  UnreadableDocument,
} from '../../../../../lambdas/prewarm/engine/ports/document-reader';
import { documents, SITE } from '../../support/documents';

const PAGES = Array.from({ length: 12 }, (_, number) => `/s${number}`);
const bodies = {
  [`${SITE}/index`]: `<sitemapindex>${PAGES.map((path) => `<sitemap><loc>${path}</loc></sitemap>`).join('')}<sitemap><loc>/gone</loc></sitemap></sitemapindex>`,
  ...Object.fromEntries(
    PAGES.map((path) => [
      `${SITE}${path}`,
      `<urlset><url><loc>${path}/1</loc></url><url><loc>${path}/2</loc></url></urlset>`,
    ]),
  ),
};
const ALL = PAGES.flatMap((path) => [`${SITE}${path}/1`, `${SITE}${path}/2`]);

function walk(reader: DocumentReader, from?: WalkState) {
  return walkSource(`${SITE}/index`, SOURCES.sitemap, reader, {
    media: false,
    now: 0,
    limits: EXPANSION_LIMITS,
    from,
  });
}

describe('a walk through the documents of a source', () => {
  it.each([
    ['names nothing', 'sitemap', `<urlset>${'<url/>'.repeat(100_000)}</urlset>`],
    [
      'is short and names very much',
      'playlist',
      '<MPD mediaPresentationDuration="PT20000S"><Period><AdaptationSet><SegmentTemplate media="$Number$" duration="1"/><Representation/></AdaptationSet></Period></MPD>',
    ],
  ] as const)('gives way to others while it reads a document that %s', async (_, kind, body) => {
    let turns = 0;
    async function giveWay(): Promise<void> {
      turns += 1;
    }
    const reader = { ...documents({ [SITE]: body }), giveWay };
    const steps = walkSource(SITE, SOURCES[kind], reader, { media: false, now: 0, limits: EXPANSION_LIMITS });
    for await (const _step of steps);
    expect(turns).toBeGreaterThan(5);
  });

  it('has several on their way at a time, and passes their URLs on in the order of the index', async () => {
    const waiting: (() => void)[] = [];
    const { read } = documents(bodies);
    let most = 0;
    const urls: string[] = [];
    const steps = walk({
      read: async (url, maxBytes) => {
        if (url !== `${SITE}/index`) await new Promise<void>((resolve) => waiting.push(resolve));
        return read(url, maxBytes);
      },
    });
    let isOver = false;
    const walked = (async () => {
      for await (const step of steps) urls.push(...step.urls);
      isOver = true;
    })();
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, waiting.length);
      // The one that was asked for last arrives first.
      waiting.pop()?.();
    }
    await walked;
    expect(urls).toEqual(ALL);
    expect(most).toBe(EXPANSION_LIMITS.parallelReads);
  });

  it('goes on from any state that it had, as plain JSON, and reads no document twice', async () => {
    const whole: WalkState[] = [];
    for await (const { state } of walk(documents(bodies))) if (state !== undefined) whole.push(state);
    for (const state of whole) {
      const before = ALL.slice(0, state.urls);
      const reader = documents(bodies);
      const after: string[] = [];
      let last = state;
      for await (const step of walk(reader, JSON.parse(JSON.stringify(state)))) {
        after.push(...step.urls);
        last = step.state ?? last;
      }
      expect([...before, ...after]).toEqual(ALL);
      expect(last.problems).toEqual([`${SITE}/gone answered 404`]);
      expect(reader.seen).toHaveLength(PAGES.length + 2 - state.read);
    }
  });

  it('ends when its reader no longer waits for it', async () => {
    const reader: DocumentReader = {
      read: async () => {
        throw new UnreadableDocument('took too long');
      },
    };
    const steps = [];
    for await (const step of walk(reader)) steps.push(step);
    expect(steps).toMatchObject([{ urls: [], state: { problems: [`${SITE}/index took too long`] } }]);
  });
});
