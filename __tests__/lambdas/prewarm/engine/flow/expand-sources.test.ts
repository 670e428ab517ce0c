import * as fc from 'fast-check';
import { sizeRequest } from '../../../../../lambdas/prewarm/engine/flow/size';
import { type Budget, UNBOUNDED } from '../../../../../lambdas/prewarm/engine/flow/step';
import { expandSource } from '../../../../../lambdas/prewarm/engine/inputs/expand-source';
import { EXPANSION_LIMITS } from '../../../../../lambdas/prewarm/engine/inputs/walk';
import type { RequestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { RequestSpec } from '../../../../../lambdas/prewarm/engine/model/request';
import type { DocumentReader } from '../../../../../lambdas/prewarm/engine/ports/document-reader';
import type { ExpandSource } from '../../../../../lambdas/prewarm/engine/ports/expand-source';
import { hostRule } from '../../../../../lambdas/prewarm/engine/request/host-rule';
import { documents } from '../../support/documents';
import { collect } from '../ports/samples';
import { isCrash, type Process, randomFrom, World } from './world';

const SITE = 'https://d111111abcdef8.cloudfront.net';
const SOURCES: RequestSpec['sources'] = [{ kind: 'sitemap', url: `${SITE}/index` }];

function indexOf(count: number): string {
  const sitemaps = Array.from({ length: count }, (_, index) => `<sitemap><loc>/s${index}</loc></sitemap>`);
  return `<sitemapindex>${sitemaps.join('')}</sitemapindex>`;
}

/** Three pages each; the first is in all of them. */
function sitemaps(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${SITE}/s${index}`,
      `<urlset>${['/home', `/p${index}/1`, `/p${index}/2`].map((path) => `<url><loc>${path}</loc></url>`).join('')}</urlset>`,
    ]),
  );
}

function pagesOf(count: number): string[] {
  return [
    `${SITE}/home`,
    ...Array.from({ length: count }, (_, index) => [`${SITE}/p${index}/1`, `${SITE}/p${index}/2`]).flat(),
  ];
}

function through(reader: DocumentReader): ExpandSource {
  return (source, spec, options) =>
    expandSource(
      source,
      spec,
      {
        reader,
        hosts: hostRule(spec, {
          resolve: async (name) => ({ kind: 'addresses', addresses: [], canonicalName: name }),
        }),
        limits: EXPANSION_LIMITS,
        now: 0,
      },
      options,
    );
}

/** Lets a step go on for so many pieces of work. */
function budgetOf(pieces: number): Budget {
  let left = pieces;
  return {
    shouldContinue: () => {
      left -= 1;
      return left > 0;
    },
  };
}

async function listed(process: Pick<Process, 'blobs'>, id: RequestId): Promise<string[]> {
  const keys = await collect(process.blobs.list(`${id}/sizing/`));
  const lists = keys.filter((key) => key.endsWith('/urls.txt'));
  expect(lists).toHaveLength(1);
  return Buffer.concat(await collect(process.blobs.read(lists[0] ?? '')))
    .toString()
    .split('\n');
}

describe('expanding the sources of a request', () => {
  it('ends an index of 500 sitemaps in many short runs, with every URL once and in order', async () => {
    const world = new World(randomFrom(1));
    const id = await world.accept([], { sources: SOURCES });
    const reader = documents({ [`${SITE}/index`]: indexOf(500), ...sitemaps(500) });
    let runs = 0;
    let result = 'more';
    while (result === 'more') {
      // A process of its own each time: nothing but what is stored is left of the run before.
      const process = { ...(await world.process(0)), expandSource: through(reader), sizing: 'none' as const };
      const before = (await process.requests.get(id))?.updatedAt ?? 0;
      world.clock.advance(1);
      result = await sizeRequest(process, id, budgetOf(7));
      runs += 1;
      const { updatedAt, cursor = '' } = (await process.requests.get(id)) ?? {};
      // On AWS this write is what calls the next run, and a row has room for 400 KB.
      expect(updatedAt).toBeGreaterThan(before);
      expect(cursor.length).toBeLessThan(300);
    }
    const process = await world.process(0);
    expect(runs).toBeGreaterThan(70);
    expect(await process.requests.get(id)).toMatchObject({ status: 'CHECK_POP' });
    expect((await process.requests.get(id))?.message).toBeUndefined();
    expect(await listed(process, id)).toEqual(pagesOf(500));
    const left = await collect(process.blobs.list(`${id}/sizing/`));
    expect(left.filter((key) => /found|expansion/.test(key))).toEqual([]);
  });

  it('keeps what it has read when its time ends within a document', async () => {
    const world = new World(randomFrom(2));
    const id = await world.accept([`${SITE}/accepted`], { sources: SOURCES });
    const { read } = documents({ [`${SITE}/index`]: indexOf(5), ...sitemaps(5) });
    const ended = new AbortController();
    const hanging: DocumentReader = {
      read: async (url, maxBytes) => {
        if (url !== `${SITE}/s3`) return read(url, maxBytes);
        setImmediate(() => ended.abort(new Error('no time left')));
        await new Promise((_, reject) => {
          ended.signal.addEventListener('abort', () => reject(ended.signal.reason));
        });
        throw new Error('was not read to its end');
      },
    };
    const process = { ...(await world.process(0)), sizing: 'none' as const };
    const budget = { shouldContinue: () => true, signal: ended.signal };
    expect(await sizeRequest({ ...process, expandSource: through(hanging) }, id, budget)).toBe('more');

    const asked = documents({ [`${SITE}/index`]: indexOf(5), ...sitemaps(5) });
    expect(await sizeRequest({ ...process, expandSource: through(asked) }, id, UNBOUNDED)).toBe('done');
    expect(await listed(process, id)).toEqual([`${SITE}/accepted`, ...pagesOf(5)]);
    expect(asked.seen).not.toContain(`${SITE}/index`);
    expect((await process.requests.get(id))?.message).toBeUndefined();
  });

  it('takes no URL beyond the limit, and tells once what could not be read, however the runs are cut', async () => {
    const world = new World(randomFrom(3));
    const id = await world.accept([`${SITE}/home`], {
      sources: [{ kind: 'sitemap', url: `${SITE}/gone` }, ...SOURCES],
      limit: 6,
    });
    const expand = through(documents({ [`${SITE}/index`]: indexOf(9), ...sitemaps(9) }));
    const process = { ...(await world.process(0)), expandSource: expand, sizing: 'none' as const };
    while ((await sizeRequest(process, id, budgetOf(1))) === 'more');
    expect(await listed(process, id)).toEqual(pagesOf(9).slice(0, 6));
    expect((await process.requests.get(id))?.message).toBe(`sitemap ${SITE}/gone: it answered 404`);
  });

  it('has every URL once whatever run crashes, at whatever call', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = randomFrom(seed);
        const world = new World(random);
        const id = await world.accept([], { sources: SOURCES });
        const expand = through(documents({ [`${SITE}/index`]: indexOf(12), ...sitemaps(12) }));
        for (let life = 0; life < 6; life += 1) {
          const process = { ...(await world.process(0.05)), expandSource: expand, sizing: 'none' as const };
          const runs = [1, 2].map(() => sizeRequest(process, id, budgetOf(1 + Math.floor(random() * 3))));
          for (const result of await Promise.allSettled(runs))
            if (result.status === 'rejected' && !isCrash(result.reason)) throw result.reason;
        }
        const process = { ...(await world.process(0)), expandSource: expand, sizing: 'none' as const };
        while ((await sizeRequest(process, id, budgetOf(4))) === 'more');
        const { cursor = '{}' } = (await process.requests.get(id)) ?? {};
        const { listKey } = JSON.parse(cursor) as { readonly listKey: string };
        const list = Buffer.concat(await collect(process.blobs.read(listKey))).toString();
        expect(list.split('\n')).toEqual(pagesOf(12));
      }),
      { numRuns: 40 },
    );
  });
});
