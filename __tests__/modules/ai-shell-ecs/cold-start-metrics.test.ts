import { metricsEvent, startEvent } from '../../../lambdas/task-start-metrics/events';
import { drainingMeasurement, measure } from '../../../lambdas/task-start-metrics/measurement';
import { prepullProgram } from '../../../modules/ai-shell-ecs/boot/user-data';
import { METRICS_NAMESPACE } from '../../../modules/ai-shell-ecs/cold-start-metrics/watched';
import {
  groupTroubleEvent,
  imageBuildEvent,
  instanceLaunchEvent,
  taskRunningEvent,
} from '../../lambdas/task-start-metrics/events';
import { synthesize } from './synth';

const TOPIC = 'arn:aws:sns:eu-central-1:111111111111:alarms';

describe('AiShellEcs with cold-start metrics', () => {
  const shell = synthesize({
    coldStartMetrics: { slowStartSeconds: 5, alarmTopicArns: [TOPIC] },
    goldenAmi: {},
    ami: { from: 'id', id: 'ami-1' },
  });
  const alarms = Object.values(
    (shell.json['resource'] as Record<string, Record<string, Record<string, unknown>>>)[
      'aws_cloudwatch_metric_alarm'
    ]!,
  );
  const filters = Object.values(
    (shell.json['resource'] as Record<string, Record<string, Record<string, unknown>>>)[
      'aws_cloudwatch_log_metric_filter'
    ]!,
  ).map(({ metric_transformation }) => metric_transformation as Record<string, unknown>);
  const emitted = [
    taskRunningEvent({
      pullStartedAt: '2026-11-01T10:00:00.200Z',
      pullStoppedAt: '2026-11-01T10:00:00.900Z',
    }),
    instanceLaunchEvent({}),
    groupTroubleEvent('EC2 Instance Launch Unsuccessful'),
    groupTroubleEvent('EC2 Auto Scaling Instance Refresh Failed'),
    imageBuildEvent('FAILED'),
  ].map((event) => measure(startEvent.parse(event), 'warm-pool')!);
  const draining = drainingMeasurement('shell-ecs', 'shell-capacity', 1, 1);
  emitted.push({ key: '', dimensionSets: [Object.keys(draining.dimensions)], ...draining });

  it('alarms only on metrics that the function or a filter emits, by dimensions they emit them with', () => {
    const ours = alarms.filter(({ namespace }) => namespace === METRICS_NAMESPACE);
    expect(ours.length).toBeGreaterThan(0);
    for (const { metric_name, dimensions } of ours) {
      const names = Object.keys(dimensions as object).sort();
      const bySet = [
        ...emitted
          .filter(({ metrics }) => String(metric_name) in metrics)
          .flatMap(({ dimensionSets }) => dimensionSets.map((set) => [...set].sort())),
        ...filters
          .filter(({ name }) => name === metric_name)
          .map((filter) => Object.keys(filter['dimensions'] as object)),
      ];
      expect(bySet).toContainEqual(names);
    }
  });

  it('shows every metric of tasks and group on the dashboard', () => {
    const body = String(shell.one('aws_cloudwatch_dashboard')['dashboard_body']);
    const names = [
      ...emitted
        .filter(({ dimensions }) => !('Recipe' in dimensions))
        .flatMap(({ metrics }) => Object.keys(metrics)),
      ...filters.map(({ name }) => String(name)),
    ];
    expect(names.filter((name) => !body.includes(`"${name}"`))).toEqual([]);
  });

  it('tells the topic, and says in each alarm what to do', () => {
    for (const alarm of alarms) {
      expect(alarm['alarm_actions']).toEqual([TOPIC]);
      expect(alarm['alarm_description']).toMatch(/: .+/);
    }
  });

  it('takes events of this cluster and this group only', () => {
    const tasks = JSON.parse(String(shell.one('aws_cloudwatch_event_rule', 'task-running')['event_pattern']));
    expect(tasks.detail).toMatchObject({
      lastStatus: ['RUNNING'],
      clusterArn: [expect.stringContaining('ecs_cluster')],
    });
    const launches = JSON.parse(
      String(shell.one('aws_cloudwatch_event_rule', 'instance-launch')['event_pattern']),
    );
    expect(launches.detail.AutoScalingGroupName).toEqual([expect.stringContaining('aws_autoscaling_group')]);
  });

  it('hears of a refresh that fails or rolls back, and sends nothing that the function cannot read', () => {
    const trouble = JSON.parse(
      String(shell.one('aws_cloudwatch_event_rule', 'group-trouble')['event_pattern']),
    );
    const kinds: readonly string[] = trouble['detail-type'];
    const metrics = kinds.map((kind) =>
      Object.keys(measure(startEvent.parse(groupTroubleEvent(kind)))?.metrics ?? {}),
    );
    expect(metrics.flat().filter((metric) => metric === 'RefreshFailed')).toHaveLength(3);
    expect(metrics).not.toContainEqual([]);
  });

  it('reads of the pre-pull line what the program writes', () => {
    const line = / '(\{"event":"prepull".*\})\\n' /.exec(prepullProgram())?.[1] ?? '';
    const written = [...line.matchAll(/"(\w+)":/g)].map(([, field]) => field);
    const read = JSON.stringify(
      (shell.json['resource'] as Record<string, object>)['aws_cloudwatch_log_metric_filter'],
    ).matchAll(/\$\.(\w+)/g);
    expect(written).toEqual(expect.arrayContaining([...read].map(([, field]) => field)));
  });

  it('puts aside what cannot be delivered or handled, and alarms on it', () => {
    const targets = Object.values(
      (shell.json['resource'] as Record<string, Record<string, Record<string, unknown>>>)[
        'aws_cloudwatch_event_target'
      ]!,
    );
    for (const target of targets)
      expect(target['dead_letter_config']).toEqual({
        arn: expect.stringContaining('aws_sqs_queue.shell_failed-events'),
      });
    expect(shell.count('aws_lambda_function_event_invoke_config')).toBe(2);
    expect(alarms.map(({ alarm_name }) => alarm_name)).toContain('shell-events-lost');
  });

  it('looks every hour at the shells on draining instances, by an event that the function reads', () => {
    expect(shell.one('aws_cloudwatch_event_rule', 'every-hour')['schedule_expression']).toBe('rate(1 hour)');
    expect(metricsEvent.parse({ 'detail-type': 'Scheduled Event' })).toBeDefined();
    expect(alarms.find(({ alarm_name }) => alarm_name === 'shell-shells-end-soon')).toMatchObject({
      threshold: 40,
      period: 3600,
      evaluation_periods: 1,
    });
  });

  it('is quiet while a new group has no data yet, and rings once a pool stays cold for 15 minutes', () => {
    const poolNotWarm = alarms.find(({ alarm_name }) => alarm_name === 'shell-pool-not-warm');
    expect(poolNotWarm).toMatchObject({
      treat_missing_data: 'notBreaching',
      period: 60,
      evaluation_periods: 15,
      comparison_operator: 'LessThanThreshold',
      threshold: 2,
    });
    expect(alarms.filter(({ treat_missing_data }) => treat_missing_data !== 'notBreaching')).toEqual([]);
  });

  it('does not watch a pool that is not there', () => {
    const without = synthesize({ coldStartMetrics: {}, warmPool: false });
    expect(JSON.stringify(without.json)).not.toContain('pool-not-warm');
  });
});

describe('two modules in one cluster', () => {
  function joined(name: string) {
    const shell = synthesize({ name, cluster: { create: false, name: 'platform' }, coldStartMetrics: {} });
    const provider = shell.one('aws_ecs_capacity_provider')['name'];
    return { shell, provider };
  }
  const [first, second] = [joined('first'), joined('second')];

  it('count the starts of their own capacity provider alone', () => {
    for (const { shell } of [first, second]) {
      const { event_pattern } = shell.one('aws_cloudwatch_event_rule', 'task-running');
      const provider = shell.one('aws_ecs_capacity_provider')['name'];
      expect(event_pattern).toContain(`"capacityProviderName":["${provider}"]`);
    }
    expect(first.provider).not.toBe(second.provider);
  });

  it('raise alarms by the starts and the room of their own', () => {
    for (const [alarm, dimension] of [
      ['slow-start', 'CapacityProvider'],
      ['image-pulled-at-start', 'CapacityProvider'],
      ['capacity-short', 'CapacityProviderName'],
    ] as const)
      expect(first.shell.one('aws_cloudwatch_metric_alarm', `_${alarm}`)['dimensions']).toMatchObject({
        [dimension]: first.provider,
      });
  });
});
