import { guardedResolver } from '../../../lambdas/prewarm/engine/addresses/guarded-resolver';
import {
  DEFAULT_OBJECT_BYTES,
  type Estimate,
  estimate,
} from '../../../lambdas/prewarm/engine/estimate/estimate';
import { PRICES_AS_OF } from '../../../lambdas/prewarm/engine/estimate/prices';
import { type ResolvedPop, resolvePops } from '../../../lambdas/prewarm/engine/flow/resolve-pops';
import type { RequestSpec } from '../../../lambdas/prewarm/engine/model/request';
import { parseByteSize } from '../../../lambdas/prewarm/engine/request/byte-size';
import { BadInput } from '../bad-input';
import { FAILED } from '../exit-codes';
import { formatBytes, formatCount } from '../terminal/units';
import { countUrls, type UrlCount } from './count-urls';
import type { Interrupt } from './interrupt';
import type { ProgressPrinter } from './progress';
import type { PreparedRun } from './run-input';
import type { RunOptions } from './run-options';
import type { RunSurroundings } from './run-surroundings';

/** Name and version of the document that `--json` prints. */
export const DRY_RUN_SCHEMA = 'warmpath/dry-run/1';

/** What a run would do. */
interface DryRun {
  readonly spec: RequestSpec;
  readonly estimate: Estimate;
  readonly failed: readonly Extract<ResolvedPop, { kind: 'failed' }>[];
  readonly counted: UrlCount;
}

/** @throws BadInput where the option is no size */
export function objectBytes(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const bytes = parseByteSize(written);
  if (bytes !== undefined && bytes > 0) return bytes;
  throw new BadInput(
    `--object-size: got ${JSON.stringify(written)}; allowed: a number of bytes, or a size such as 250kB or 1.5MiB`,
  );
}

async function plan(
  run: PreparedRun,
  options: RunOptions,
  around: RunSurroundings,
  counted: UrlCount,
): Promise<DryRun> {
  const given = objectBytes(options.objectSize);
  const { resolver, policy, directory } = around;
  const resolved = await resolvePops(run.spec.distributionDomain, run.spec.pops, {
    resolver: guardedResolver(resolver, policy),
  });
  const spec = {
    ...run.spec,
    pops: resolved.flatMap((found) => (found.kind === 'usable' ? [found.pop] : [])),
  };
  return {
    spec,
    failed: resolved.filter((found) => found.kind === 'failed'),
    counted,
    estimate: estimate({
      spec,
      urlCount: counted.urls,
      countsSources: true,
      objectSize:
        given === undefined
          ? { bytes: DEFAULT_OBJECT_BYTES, source: 'assumed' }
          : { bytes: given, source: 'given' },
      findPlace: (pop) => directory.find(pop),
      host: 'one-machine',
    }),
  };
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function render({ spec, estimate: expected, failed, counted }: DryRun): string {
  const { urls, pops, requests, bytes, cost } = expected;
  const fetches = urls * pops * spec.encodings.length;
  const further = requests - fetches;
  return [
    `${formatCount(urls)} URLs through ${formatCount(pops)} points of presence: ${formatCount(fetches)} fetches${further > 0 ? `, and ${formatCount(further)} further requests that look or verify` : ''}`,
    `${formatBytes(bytes)} to download`,
    `${dollars(cost.total)} at AWS: transfer ${dollars(cost.cloudFrontTransfer)}, requests ${dollars(cost.cloudFrontRequests)}, invalidation ${dollars(cost.invalidation)}`,
    ...failed.map(({ pop, message }) =>
      spec.popsFrom === 'place' ? `left out: ${pop}: ${message}` : `would fail: ${pop}: ${message}`,
    ),
    ...expected.assumptions.map(
      (sentence) => `- ${sentence.replace('average_object_bytes', '--object-size')}`,
    ),
    ...counted.problems.map((sentence) => `not counted: ${sentence}`),
    spec.sources.length === 0
      ? 'Nothing was fetched.'
      : 'Sitemaps and playlists were read to count their URLs; nothing else was fetched.',
    '',
  ].join('\n');
}

function json({ spec, estimate: expected, failed, counted }: DryRun): string {
  const { urls, pops, requests, bytes, cost } = expected;
  const left = failed.map(({ pop, message }) => ({ code: pop, message }));
  return `${JSON.stringify({
    schema: DRY_RUN_SCHEMA,
    urls,
    pops,
    fetches: urls * pops * spec.encodings.length,
    requests,
    bytes,
    cost_usd: {
      cloudfront_transfer: cost.cloudFrontTransfer,
      cloudfront_requests: cost.cloudFrontRequests,
      invalidation: cost.invalidation,
      total: cost.total,
    },
    prices_as_of: PRICES_AS_OF,
    left_out_pops: spec.popsFrom === 'place' ? left : [],
    failed_pops: spec.popsFrom === 'place' ? [] : left,
    unread_sources: counted.problems,
    assumptions: expected.assumptions,
  })}\n`;
}

/**
 * Says what a run would fetch and cost: the list is read and checked, sitemaps and playlists are read from the edge that DNS
 * names for everybody, points of presence are looked up, and none of these is asked.
 * Returns the exit code: 1 where some of it could not be warmed or read, 128 + signal when interrupted.
 */
export async function dryRun(
  run: PreparedRun,
  options: RunOptions,
  around: RunSurroundings,
  printer: ProgressPrinter,
  interrupt: Interrupt,
): Promise<number> {
  const leaving = new AbortController();
  const counting = countUrls(run, options, around, {
    signal: leaving.signal,
    onRead: () => printer.show({ phase: 'reading sitemaps and playlists', done: 0, failed: 0, bytes: 0 }),
  });
  // Reading ends with an error when it is left; nobody waits for it then.
  counting.catch(() => {});
  const counted = await Promise.race([counting, interrupt.signalled]);
  printer.finish();
  if (typeof counted === 'number') {
    leaving.abort();
    return counted;
  }
  const found = await plan(run, options, around, counted);
  process.stdout.write(options.json ? json(found) : render(found));
  const isNamed = found.spec.popsFrom !== 'place';
  const isIncomplete = counted.problems.length > 0 || (isNamed && found.failed.length > 0);
  return found.spec.pops.length === 0 || isIncomplete ? FAILED : 0;
}
