import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { connectionBudget, openFileLimit } from '../../../../lambdas/prewarm/runtime/open-files';

describe('the limit of open files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warmpath-limits-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is the soft one of the process; none where it says unlimited or nobody says', async () => {
    const file = join(folder, 'limits');
    await writeFile(
      file,
      'Limit  Soft Limit  Hard Limit  Units\nMax open files            300   4096   files\n',
    );
    expect(openFileLimit(file)).toBe(300);
    await writeFile(file, 'Max open files            unlimited   unlimited   files\n');
    expect(openFileLimit(file)).toBeUndefined();
    expect(openFileLimit(join(folder, 'none'))).toBeUndefined();
  });

  it('leaves every connection that is wanted where it is high, and some to clients and edges where it is not', () => {
    expect(connectionBudget(1_000, undefined)).toEqual({
      clients: 512,
      edges: 1_000,
      keptOpen: Number.POSITIVE_INFINITY,
    });
    expect(connectionBudget(1_000, 524_288)).toEqual({
      clients: 512,
      edges: 1_000,
      keptOpen: Number.POSITIVE_INFINITY,
    });
    expect(connectionBudget(1_000, 256)).toEqual({ clients: 43, edges: 84, keptOpen: 84 });
    fc.assert(
      fc.property(
        fc.integer({ min: 130, max: 5_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        (limit, edges) => {
          const budget = connectionBudget(edges, limit);
          expect(budget.clients).toBeGreaterThan(0);
          expect(budget.edges).toBeGreaterThan(0);
          expect(budget.clients + budget.edges).toBeLessThanOrEqual(Math.max(2, limit - 127));
        },
      ),
    );
  });
});
