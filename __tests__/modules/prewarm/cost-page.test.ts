/** The figures of docs/cost.md are what the prices come to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CLOUDFRONT_PRICES,
  FREE_INVALIDATION_PATHS,
  INSTANCE_HOUR,
  PER_INVALIDATION_PATH,
  PER_MILLION_QUEUE_CALLS,
  PER_MILLION_TABLE_WRITES,
  PUBLIC_IPV4_HOUR,
} from '../../../lambdas/prewarm/engine/estimate/prices';
import { synthesize } from './synth';

const page = readFileSync(join(__dirname, '../../../docs/cost.md'), 'utf8');
const cost = page.slice(page.indexOf('## prewarm'), page.indexOf('## ai-shell-ecs'));

/** The second column of the row that begins so. */
function figure(row: string): number {
  const line = cost.split('\n').find((each) => each.startsWith(`| ${row}`));
  const value = Number(line?.split(' | ')[1]?.replace(/[ |,]/g, ''));
  if (Number.isNaN(value)) throw new Error(`the cost page has no figure for ${row}`);
  return value;
}

const { europe } = CLOUDFRONT_PRICES;

it.each([
  ['CloudFront, 100 GB', 100 * europe.perGigabyte],
  ['CloudFront, 100,000 HTTPS requests', (115_000 / 10_000) * europe.per10kHttpsRequests],
  ['instances, 2.5 hours', 2.5 * (INSTANCE_HOUR + PUBLIC_IPV4_HOUR)],
  ['queue, tables', (1_000 * (PER_MILLION_QUEUE_CALLS + 7 * PER_MILLION_TABLE_WRITES)) / 1e6],
  ['invalidation, if asked for', (10_000 - FREE_INVALIDATION_PATHS) * PER_INVALIDATION_PATH],
])('the example says what %s costs', (row, usd) => {
  expect(figure(row)).toBe(Math.max(0.01, Number(usd.toFixed(2))));
});

it('the idle cost counts the keys and alarms that there are', () => {
  const { all } = synthesize();
  const alarms = all('aws_cloudwatch_metric_alarm');
  const metrics = alarms.reduce((sum, [, { metric_query: queries }]) => {
    const counted = Array.isArray(queries) ? queries.filter((query) => 'metric' in query).length : 1;
    return sum + counted;
  }, 0);
  const keys = all('aws_kms_key').length;
  expect(cost).toContain(
    `two KMS keys ${keys} USD, ${alarms.length} alarms about ${Math.round(metrics / 10)} USD`,
  );
});
