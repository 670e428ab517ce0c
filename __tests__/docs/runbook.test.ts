/** docs/runbook.md names what there is: each alarm of every stack, each metric that a program or a filter writes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUTCOME_KINDS } from '../../lambdas/prewarm/engine/model/outcome';
import { emptyTally } from '../../lambdas/prewarm/engine/model/tally';
import { emitCounted, emitDeadlineReached, emitEnded } from '../../lambdas/prewarm/functions/metrics';
import { startEvent } from '../../lambdas/task-start-metrics/events';
import { drainingMeasurement, measure } from '../../lambdas/task-start-metrics/measurement';
import { newId, sampleResult, tokyo } from '../lambdas/prewarm/engine/ports/samples';
import {
  groupTroubleEvent,
  imageBuildEvent,
  instanceLaunchEvent,
  taskRunningEvent,
} from '../lambdas/task-start-metrics/events';
import { synthesize } from '../modules/ai-shell-ecs/synth';

const page = readFileSync(join(__dirname, '../../docs/runbook.md'), 'utf8');
const ADDRESSES = join(__dirname, '../terraform/addresses');

/** The committed addresses of every stack and variant, which the terraform tier compares with the stacks. */
const addresses = readdirSync(ADDRESSES).flatMap((name): readonly string[] =>
  JSON.parse(readFileSync(join(ADDRESSES, name), 'utf8')),
);

/** Names of alarms as the page writes them, from addresses such as `….prewarm_observability_late-task_0A1B2C3D`. */
function alarmsOf(part: string, named: (id: string) => string): readonly string[] {
  const ids = addresses.flatMap((address) => {
    const [, id] =
      address.match(`^aws_cloudwatch_metric_alarm\\.${part}_(?:.+_)?([a-z-]+)_[0-9A-F]{8}$`) ?? [];
    return id === undefined ? [] : [id];
  });
  return [...new Set(ids)].sort().map(named);
}

function sectionOf(heading: string): string {
  const from = page.slice(page.indexOf(`## ${heading}\n`));
  const end = from.indexOf('\n## ', 1);
  return end === -1 ? from : from.slice(0, end);
}

function documentedAlarms(section: string): readonly string[] {
  const headings = section.match(/^### .+$/gm) ?? [];
  return headings
    .flatMap((heading) => [...heading.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
    .sort();
}

function documentedMetrics(section: string): readonly string[] {
  const cells = [...section.matchAll(/^\| (`.+?) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)).sort();
}

it('has an entry for each alarm of prewarm, and no other', () => {
  const alarms = alarmsOf('prewarm', (id) => id.replace(/^errors-(.+)$/, '$1-errors').replaceAll('-', '_'));
  expect(alarms.length).toBeGreaterThan(10);
  expect(documentedAlarms(sectionOf('Alarms of prewarm'))).toEqual([...alarms].sort());
});

it('has an entry for each alarm of ai-shell-ecs, and no other', () => {
  const alarms = alarmsOf('ai-shell', (id) => id);
  expect(alarms.length).toBeGreaterThan(10);
  expect(documentedAlarms(sectionOf('Alarms of ai-shell-ecs'))).toEqual(alarms);
});

it('has a row for each metric that prewarm writes, and no other', () => {
  const lines: string[] = [];
  const output = { write: (line: string) => lines.push(line) };
  const scope = { namespace: 'N', deployment: 'test' };
  const result = sampleResult(newId(), tokyo, 0);
  const tally = emptyTally();
  for (const kind of OUTCOME_KINDS) tally.outcomes[kind] = 1;
  tally.latency = result.tally.latency;
  emitCounted(output, scope, [{ ...result, tally }]);
  emitEnded(output, scope, { id: result.requestId, status: 'FINISHED' });
  emitDeadlineReached(output, scope, result.requestId);
  const written = lines.flatMap((line) => JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics);
  const names = new Set(written.map(({ Name }: { readonly Name: string }) => Name));
  expect(documentedMetrics(sectionOf('Metrics of prewarm'))).toEqual(
    [...names, 'PopsWithoutAddress', 'PopsWithoutAddressPercent'].sort(),
  );
});

it('has a row for each metric of ai-shell-ecs, and no other', () => {
  const pulled = { pullStartedAt: '2026-11-01T10:00:00.200Z', pullStoppedAt: '2026-11-01T10:00:00.900Z' };
  const events = [
    taskRunningEvent(pulled),
    instanceLaunchEvent({}),
    groupTroubleEvent('EC2 Instance Launch Unsuccessful'),
    groupTroubleEvent('EC2 Auto Scaling Instance Refresh Failed'),
    imageBuildEvent('FAILED'),
  ];
  const measured = events.map((event) => measure(startEvent.parse(event), 'warm-pool')?.metrics ?? {});
  const { metrics: draining } = drainingMeasurement('shell-ecs', 'shell-capacity', 1, 1);
  const { json } = synthesize({ rollout: 'in-place', coldStartMetrics: {} });
  const { aws_cloudwatch_log_metric_filter: filters = {} } = json['resource'] as Record<string, object>;
  const names = new Set([
    ...[...measured, draining].flatMap((metrics) => Object.keys(metrics)),
    ...Object.values(filters).map(({ name }: { readonly name: string }) => name),
  ]);
  expect(documentedMetrics(sectionOf('Metrics of ai-shell-ecs'))).toEqual([...names].sort());
});
