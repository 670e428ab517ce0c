import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type SimulatedTask,
  type SimulationResult,
  simulate,
} from '../../__tests__/engine/simulation/simulation';
import { startDockerEngine, startRegistry } from '../../__tests__/engine/support/docker-engine';
import { startRegistryFront } from '../../__tests__/engine/support/registry-front';
import { buildStaticImage } from '../../__tests__/engine/support/static-image';
import { type Bench, type BenchResult, median, resultOf } from './bench';

const SERVING = 5;
const POOL = 3;
const PAYLOAD_MIB = 40;
/** Of each layer. */
const BYTES_PER_SECOND = 8 * 1024 * 1024;
const WAYS = ['in-place', 'replace'] as const;

type Way = (typeof WAYS)[number];

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function startTimes(tasks: readonly SimulatedTask[]): string {
  if (tasks.length === 0) return '-';
  const millis = tasks.map(({ startMillis }) => startMillis);
  return [median(millis), quantile(millis, 0.95), Math.max(...millis)]
    .map((value) => String(Math.round(value)))
    .join(' / ');
}

function onHosts({ tasks }: SimulationResult, moment: SimulatedTask['moment']): readonly SimulatedTask[] {
  return tasks.filter((task) => task.moment === moment && !task.isScaleOut);
}

/** What a reader compares, a line for each question. */
function linesOf(result: SimulationResult): Readonly<Record<string, string | number>> {
  const { heldByPull, hostsKept, launches, rolloutSeconds, shellsEnded, tasks } = result;
  const during = onHosts(result, 'during');
  const scaleOuts = tasks.filter(({ isScaleOut }) => isScaleOut);
  return {
    'tasks before, during, after': (['before', 'during', 'after'] as const)
      .map((moment) => tasks.filter((task) => task.moment === moment).length)
      .join(', '),
    'tasks whose host pulled after placement': tasks.filter(({ isPulled }) => isPulled).length,
    'scale-outs': scaleOuts.length,
    'tasks that waited for a host held back by a pull': tasks.filter(({ isHeldBack }) => isHeldBack).length,
    'lines that the alarm held-by-pull counts': heldByPull,
    'start before, ms (median / p95 / max)': startTimes(onHosts(result, 'before')),
    'start during, ms': startTimes(during),
    'start while bytes flow, ms': startTimes(during.filter(({ isBesidePull }) => isBesidePull)),
    'start after, ms': startTimes(onHosts(result, 'after')),
    'start of scale-outs, ms': startTimes(scaleOuts),
    'shells ended by it': shellsEnded,
    launches,
    [`hosts kept, of ${SERVING + POOL}`]: hostsKept,
    'seconds until all is through': Math.round(rolloutSeconds),
  };
}

function medianStart(result: SimulationResult | undefined, moment: SimulatedTask['moment']): number {
  return result === undefined
    ? Number.NaN
    : median(onHosts(result, moment).map(({ startMillis }) => startMillis));
}

async function run(say: (line: string) => void): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-bench-rollout-'));
  const registry = await startRegistry({ folder });
  const front = await startRegistryFront(registry.host);
  const results: Partial<Record<Way, SimulationResult>> = {};
  try {
    const builder = await startDockerEngine();
    const image = { repository: `${front.host}/ai-shell`, payloadMib: PAYLOAD_MIB };
    const images = [
      await buildStaticImage(builder, { ...image, version: 'one' }),
      await buildStaticImage(builder, { ...image, version: 'two' }),
    ] as const;
    await builder.stop();
    front.credentials = 'AWS:token';
    front.bytesPerSecond = BYTES_PER_SECOND;
    const fleet = { front, images, serving: SERVING, pool: POOL, say };
    for (const way of WAYS) {
      const result = await simulate({ ...fleet, way, everySeconds: 1, scaleOutEvery: 40, around: 20 });
      results[way] = result;
      for (const [name, value] of Object.entries(linesOf(result))) say(`${way.padEnd(9)} ${name}: ${value}`);
    }
  } finally {
    await front.close();
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const notes: Record<string, string | number> = {};
  for (const way of WAYS) {
    const result = results[way];
    if (result === undefined) continue;
    for (const [name, value] of Object.entries(linesOf(result))) notes[`${way}: ${name}`] = value;
  }
  const during = medianStart(results['in-place'], 'during');
  const before = medianStart(results['in-place'], 'before');
  const replaced = medianStart(results.replace, 'during');
  return resultOf({
    name: rollout.name,
    unit: 'ms',
    ours: [during],
    others: { 'before the rollout': [before], 'replace, during': [replaced] },
    ratios: { 'before the rollout': [during / before], 'replace, during': [during / replaced] },
    targets: {},
    notes,
  });
}

/** Counts and start times while an image is rolled out: in place, and by an instance refresh in the same run. */
export const rollout: Bench = {
  name: 'rollout',
  summary: `${SERVING} hosts and a pool of ${POOL} on engines of their own, a task each second, an image of ${PAYLOAD_MIB} MiB: start times during`,
  run,
};
