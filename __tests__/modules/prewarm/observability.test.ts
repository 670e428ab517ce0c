import { OUTCOME_KINDS } from '../../../lambdas/prewarm/engine/model/outcome';
import { addOutcome, emptyTally } from '../../../lambdas/prewarm/engine/model/tally';
import { emitCounted, emitDeadlineReached, emitEnded } from '../../../lambdas/prewarm/functions/metrics';
import { newId, sampleResult, tokyo } from '../../lambdas/prewarm/engine/ports/samples';
import { synthesize } from './synth';

const NAMESPACE = 'Warmpath/Prewarm';
const prewarm = synthesize();
const alarms = prewarm.all('aws_cloudwatch_metric_alarm').map(([, alarm]) => alarm);
const dashboard = JSON.parse(String(prewarm.one('aws_cloudwatch_dashboard')['dashboard_body']));

interface NamedMetric {
  readonly namespace: string;
  readonly name: string;
  /** Dimensions with their values; `*` for every value. */
  readonly dimensions: Readonly<Record<string, string>>;
}

function key({ name, dimensions }: NamedMetric): string {
  return `${name} ${JSON.stringify(Object.entries(dimensions).sort())}`;
}

function ofGraph(row: readonly (string | { expression: string })[]): NamedMetric {
  const [first] = row;
  if (typeof first === 'string') {
    const [namespace = '', name = '', ...pairs] = row as string[];
    const dimensions = Object.fromEntries(
      pairs.flatMap((value, index) => (index % 2 === 0 ? [[value, pairs[index + 1] ?? '']] : [])),
    );
    return { namespace, name, dimensions };
  }
  const { expression } = first!;
  const [, namespace = '', names = ''] = /\{([^,}]+),([^}]+)\}/.exec(expression) ?? [];
  function value(dimension: string) {
    return new RegExp(`${dimension}="([^"]+)"`).exec(expression)?.[1] ?? '*';
  }
  return {
    namespace,
    name: value('MetricName'),
    dimensions: Object.fromEntries(names.split(',').map((dimension) => [dimension, value(dimension)])),
  };
}

interface Query {
  readonly metric?: { namespace: string; metric_name: string; dimensions: Record<string, string> };
}

function ofAlarm(alarm: Record<string, unknown>): readonly NamedMetric[] {
  const queries = (alarm['metric_query'] ?? []) as readonly Query[];
  const metrics = queries.flatMap(({ metric }) => (metric === undefined ? [] : [metric]));
  const plain = 'metric_name' in alarm ? [alarm as never as NonNullable<Query['metric']>] : [];
  return [...plain, ...metrics].map(({ namespace, metric_name: name, dimensions }) => ({
    namespace,
    name,
    dimensions,
  }));
}

/** Every metric that the functions can write, by what they write it with. */
function emitted(): ReadonlySet<string> {
  const place = { namespace: NAMESPACE, deployment: 'test' };
  const lines: string[] = [];
  const output = { write: (line: string) => lines.push(line) };
  const id = newId();
  const tally = emptyTally();
  for (const kind of OUTCOME_KINDS)
    addOutcome(tally, { kind, status: 200, bytes: 1, durationMs: 1 } as never);
  emitCounted(output, place, [{ ...sampleResult(id, tokyo, 0), tally }]);
  for (const status of ['FINISHED', 'STOPPED'] as const) emitEnded(output, place, { id, status });
  emitDeadlineReached(output, place, id);
  return new Set(
    lines.flatMap((line) => {
      const document = JSON.parse(line);
      const [{ Namespace: namespace, Dimensions, Metrics }] = document._aws.CloudWatchMetrics;
      const dimensions = Object.fromEntries(
        Dimensions[0].map((name: string) => [name, name === 'Pop' ? '*' : document[name]]),
      );
      return Metrics.map(({ Name: name }: { Name: string }) => key({ namespace, name, dimensions }));
    }),
  );
}

describe('metrics of our own', () => {
  const graphed: readonly NamedMetric[] = dashboard.widgets.flatMap(
    ({ properties }: { properties: { metrics?: [] } }) => (properties.metrics ?? []).map(ofGraph),
  );
  const watched = [...alarms.flatMap(ofAlarm), ...graphed].filter(({ namespace }) => namespace === NAMESPACE);

  it('are written by the functions under exactly the names and dimensions that alarms and dashboard ask for', () => {
    expect(watched.length).toBeGreaterThan(15);
    const written = emitted();
    expect(watched.map(key).filter((wanted) => !written.has(wanted))).toEqual([]);
  });

  it('are all on the dashboard, each outcome of a fetch among them', () => {
    const shown = new Set(graphed.map(({ name }) => name));
    const hidden = [...emitted()].map((metric) => metric.split(' ')[0]).filter((name) => !shown.has(name!));
    // How many slices a fetch was part of says nothing to a reader.
    expect(new Set(hidden)).toEqual(new Set(['Slices']));
  });
});

describe('alarms', () => {
  function named(name: string) {
    return alarms.find((alarm) => alarm['alarm_name'] === `prewarm_${name}_test`);
  }

  it('ring for all that somebody must look at, and tell the topic when it is over too', () => {
    expect(
      alarms.map((alarm) => String(alarm['alarm_name']).replace(/^prewarm_(.*)_test$/, '$1')).sort(),
    ).toEqual([
      'aggregation_errors',
      'api_errors',
      'api_faults',
      'dead_letters',
      'failed_events',
      'get_size_errors',
      'idle_fleet',
      'late_aggregation',
      'late_get_size',
      'late_task',
      'oldest_message',
      'report_errors',
      'shutdown_errors',
      'stuck_request',
      'task_errors',
    ]);
    for (const alarm of alarms)
      expect(alarm).toMatchObject({
        alarm_actions: [expect.stringContaining('aws_sns_topic')],
        ok_actions: [expect.stringContaining('aws_sns_topic')],
        treat_missing_data: 'notBreaching',
      });
  });

  it('watch queues, functions, group and API of this deployment', () => {
    const dimensions = JSON.stringify(alarms.flatMap(ofAlarm).map((metric) => metric.dimensions));
    for (const part of ['queue_tasks', 'queue_dead-letters', 'queue_failed-events'])
      expect(dimensions).toContain(`aws_sqs_queue.prewarm_${part}`);
    for (const part of ['api', 'get-size', 'task', 'aggregation', 'shutdown', 'report'])
      expect(dimensions).toContain(`aws_lambda_function.prewarm_functions_${part}_`);
    expect(dimensions).toContain('"AutoScalingGroupName":"prewarm_asg_test"');
    expect(prewarm.one('aws_autoscaling_group')['enabled_metrics']).toContain('GroupInServiceInstances');
    expect(dimensions).toContain('"ApiName":"prewarm_api_test"');
  });

  it('use every metric that they fetch, and none that they do not', () => {
    for (const name of ['stuck_request', 'idle_fleet']) {
      const [{ expression }, ...metrics] = named(name)!['metric_query'] as [
        { expression: string },
        ...{ id: string }[],
      ];
      const used = expression.match(/\b[a-z]\w*/g);
      expect(new Set(used)).toEqual(new Set(metrics.map(({ id }) => id)));
    }
  });
});

describe('the dashboard', () => {
  it('sums up each request from the lines of the functions that count, by logs that are there', () => {
    const queries: string[] = dashboard.widgets.flatMap(
      ({ properties }: { properties: { query?: string } }) => properties.query ?? [],
    );
    expect(queries[0]).toContain('by requestId');
    const sources = queries
      .flatMap((query) => [...query.matchAll(/SOURCE '([^']+)'/g)])
      .map(([, name]) => name);
    expect(sources).toHaveLength(3);
    for (const source of sources)
      expect(source).toMatch(/^\$\{aws_cloudwatch_log_group\.prewarm_\S+\.name\}$/);
  });

  it('lays no graph over another', () => {
    const places = dashboard.widgets.map(({ x, y }: { x: number; y: number }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(places.length);
  });
});
