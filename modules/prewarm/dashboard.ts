import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import { Construct } from 'constructs';
import type { ObservedPrewarm } from './observed';

type MetricRow = readonly (string | object)[];

interface Graph {
  readonly title: string;
  readonly stat: string;
  readonly metrics: readonly MetricRow[];
}

/** Every outcome a fetch can have, as metrics name them. */
const OUTCOMES = [
  'Warmed',
  'AlreadyWarm',
  'Redirect',
  'HttpError',
  'Truncated',
  'WrongPop',
  'NotCacheable',
  'TimedOut',
  'Refused',
  'Unreachable',
];

const WIDTH = 8;
const HEIGHT = 6;
const PER_ROW = 3;

/** CloudWatch dashboard of progress, outcomes, queue, fleet and functions. */
export class PrewarmDashboard extends Construct {
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: ObservedPrewarm) {
    super(scope, id);
    const graphs = graphsOf(props);
    const { dashboardName } = new CloudwatchDashboard(this, 'Default', {
      dashboardName: props.names('dashboard'),
      dashboardBody: JSON.stringify({
        widgets: [
          ...graphs.map(({ title, stat, metrics }, index) => ({
            type: 'metric',
            ...place(index),
            properties: { title, stat, metrics, region: props.region, period: 60, view: 'timeSeries' },
          })),
          ...tablesOf(props).map(({ title, query }, index) => ({
            type: 'log',
            ...place((Math.ceil(graphs.length / PER_ROW) + index) * PER_ROW),
            width: WIDTH * PER_ROW,
            properties: { title, region: props.region, view: 'table', query },
          })),
        ],
      }),
    });
    this.dashboardName = dashboardName;
  }
}

interface Table {
  readonly title: string;
  /** Logs Insights. */
  readonly query: string;
}

function tablesOf({ functions, agentLog }: ObservedPrewarm): readonly Table[] {
  return [
    {
      // The metrics of a request are properties of the lines that were written when its slices were counted.
      title: 'Requests',
      query: `SOURCE '${functions.aggregation.logGroup.name}' | SOURCE '${functions.shutdown.logGroup.name}' | filter ispresent(Slices) | stats sum(Fetches) as fetches, sum(Warm) as warm, sum(Failed) as failed, sum(Bytes) as bytes, max(LatencyP95) as slowest_p95_ms, max(@timestamp) as last_seen by requestId | sort last_seen desc | limit 50`,
    },
    {
      title: 'What agents warn of',
      query: `SOURCE '${agentLog.name}' | fields @timestamp, event, requestId, error | filter level in ["warn", "error"] | sort @timestamp desc | limit 50`,
    },
  ];
}

function place(index: number) {
  return {
    x: (index % PER_ROW) * WIDTH,
    y: Math.floor(index / PER_ROW) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
  };
}

function graphsOf(props: ObservedPrewarm): readonly Graph[] {
  function own(name: string): MetricRow {
    return [props.metricsNamespace, name, 'Deployment', props.deployment];
  }
  function ofPops(name: string): MetricRow {
    return [
      {
        expression: `SEARCH('{${props.metricsNamespace},Deployment,Pop} MetricName="${name}" Deployment="${props.deployment}"', 'Sum', 60)`,
      },
    ];
  }
  function ofQueue(name: string): MetricRow {
    return ['AWS/SQS', name, 'QueueName', props.queue.tasks.name];
  }
  function ofGroup(name: string): MetricRow {
    return ['AWS/AutoScaling', name, 'AutoScalingGroupName', props.groupName];
  }
  function ofApi(name: string): MetricRow {
    return ['AWS/ApiGateway', name, 'ApiName', props.apiName];
  }
  return [
    { title: 'Fetches', stat: 'Sum', metrics: [own('Fetches'), own('Warm'), own('Failed')] },
    { title: 'Outcomes', stat: 'Sum', metrics: OUTCOMES.map(own) },
    {
      title: 'Requests ended',
      stat: 'Sum',
      metrics: [
        ...['FINISHED', 'STOPPED'].map((status): MetricRow => [...own('RequestsEnded'), 'Status', status]),
        own('DeadlinesReached'),
      ],
    },
    { title: 'Bytes', stat: 'Sum', metrics: [own('Bytes')] },
    { title: 'Latency', stat: 'Average', metrics: [own('LatencyP50'), own('LatencyP95')] },
    { title: 'Fetches per PoP', stat: 'Sum', metrics: [ofPops('Fetches')] },
    { title: 'Failed per PoP', stat: 'Sum', metrics: [ofPops('Failed')] },
    {
      title: 'Queue',
      stat: 'Maximum',
      metrics: [
        ofQueue('ApproximateNumberOfMessagesVisible'),
        ofQueue('ApproximateNumberOfMessagesNotVisible'),
      ],
    },
    {
      title: 'Fleet',
      stat: 'Maximum',
      metrics: [ofGroup('GroupDesiredCapacity'), ofGroup('GroupInServiceInstances')],
    },
    {
      title: 'Function errors',
      stat: 'Sum',
      metrics: Object.values(props.functions).map((target) => [
        'AWS/Lambda',
        'Errors',
        'FunctionName',
        target.name,
      ]),
    },
    { title: 'API', stat: 'Sum', metrics: [ofApi('Count'), ofApi('4XXError'), ofApi('5XXError')] },
  ];
}
