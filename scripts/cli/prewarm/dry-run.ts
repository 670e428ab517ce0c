import {
  DEFAULT_OBJECT_BYTES,
  type Estimate,
  estimate,
} from '../../../lambdas/prewarm/engine/estimate/estimate';
import { PRICES_AS_OF } from '../../../lambdas/prewarm/engine/estimate/prices';
import { dedupe, firstUrls } from '../../../lambdas/prewarm/engine/flow/dedupe';
import { type ResolvedPop, resolvePops } from '../../../lambdas/prewarm/engine/flow/resolve-pops';
import type { RequestSpec } from '../../../lambdas/prewarm/engine/model/request';
import { parseByteSize } from '../../../lambdas/prewarm/engine/request/byte-size';
import { DigestedUrls } from '../../../lambdas/prewarm/runtime/seen-urls';
import { BadInput } from '../bad-input';
import { FAILED } from '../exit-codes';
import { formatBytes, formatCount } from '../terminal/units';
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

async function plan(run: PreparedRun, options: RunOptions, around: RunSurroundings): Promise<DryRun> {
  const given = objectBytes(options.objectSize);
  let urlCount = 0;
  const urls = firstUrls(dedupe(run.urls(), new DigestedUrls()), run.spec.limit, 'read');
  for await (const _url of urls) urlCount += 1;
  const { resolver, policy, directory } = around;
  const resolved = await resolvePops(run.spec.distributionDomain, run.spec.pops, { resolver, policy });
  const spec = {
    ...run.spec,
    pops: resolved.flatMap((found) => (found.kind === 'usable' ? [found.pop] : [])),
  };
  return {
    spec,
    failed: resolved.filter((found) => found.kind === 'failed'),
    estimate: estimate({
      spec,
      urlCount,
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

function render({ spec, estimate: expected, failed }: DryRun): string {
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
    'Nothing was fetched.',
    '',
  ].join('\n');
}

function json({ spec, estimate: expected, failed }: DryRun): string {
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
    assumptions: expected.assumptions,
  })}\n`;
}

/**
 * Says what a run would fetch and cost: the list is read and checked, points of presence are looked up, and no edge is asked.
 * Returns the exit code: 1 where nothing could be warmed.
 */
export async function dryRun(
  run: PreparedRun,
  options: RunOptions,
  around: RunSurroundings,
): Promise<number> {
  const found = await plan(run, options, around);
  process.stdout.write(options.json ? json(found) : render(found));
  const isNamed = found.spec.popsFrom !== 'place';
  return found.spec.pops.length === 0 || (isNamed && found.failed.length > 0) ? FAILED : 0;
}
