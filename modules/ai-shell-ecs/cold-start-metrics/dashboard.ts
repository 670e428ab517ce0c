import { METRICS_NAMESPACE, type Watched } from './watched';

type Metric = readonly (string | { readonly stat?: string; readonly label?: string })[];

interface Widget {
  readonly type: 'metric' | 'alarm';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: object;
}

const COLUMNS = 24;
const WIDTH = 12;
const HEIGHT = 6;

/** The dashboard's body: how long starts take, where the time goes, and whether image and pool were warm. */
export function dashboardBody(region: string, watched: Watched, alarmArns: readonly string[]): string {
  function ours(name: string, options: object): Metric {
    return [
      METRICS_NAMESPACE,
      name,
      'Cluster',
      watched.clusterName,
      'CapacityProvider',
      watched.capacityProviderName,
      options,
    ];
  }
  function pool(name: string): Metric {
    return ['AWS/AutoScaling', name, 'AutoScalingGroupName', watched.groupName];
  }
  function warm(name: string): Metric {
    return [METRICS_NAMESPACE, name, 'AutoScalingGroupName', watched.groupName];
  }
  const charts: readonly (readonly [title: string, stat: string, metrics: readonly Metric[]])[] = [
    [
      'Task start, seconds',
      'p50',
      ['p50', 'p95', 'p99'].map((stat) => ours('TaskStartSeconds', { stat, label: stat })),
    ],
    [
      'Where the time goes, seconds',
      'Average',
      ['PlacementSeconds', 'ImagePullSeconds', 'ContainerStartSeconds'].map((name) => ours(name, {})),
    ],
    [
      'Share of tasks: image on disk, instance from the pool',
      'Average',
      ['ImageCacheHit', 'WarmPoolHit'].map((name) => ours(name, {})),
    ],
    [
      'Instances: from the pool, cold, failed',
      'Sum',
      ['WarmPoolHit', 'WarmPoolMiss', 'LaunchFailed', 'PrepullFailed', 'RefreshFailed'].map(warm),
    ],
    [
      'Shells on draining instances, and for how many hours the longest',
      'Maximum',
      ['DrainingShells', 'DrainingShellHours'].map((name) => ours(name, {})),
    ],
    ['Pre-pull at boot, seconds', 'Maximum', [warm('PrepullSeconds')]],
    ['Free disk at boot, MiB', 'Minimum', [warm('InstanceFreeMib')]],
    [
      'Warm pool and group',
      'Average',
      [
        'WarmPoolWarmedCapacity',
        'WarmPoolPendingCapacity',
        'GroupInServiceInstances',
        'GroupPendingInstances',
      ].map(pool),
    ],
    [
      'Capacity provider reservation, percent',
      'Average',
      [
        [
          'AWS/ECS/ManagedScaling',
          'CapacityProviderReservation',
          'CapacityProviderName',
          watched.capacityProviderName,
          'ClusterName',
          watched.clusterName,
        ],
      ],
    ],
  ];
  const widgets: Widget[] = charts.map(([title, stat, metrics], index) => ({
    type: 'metric',
    x: (index * WIDTH) % COLUMNS,
    y: Math.floor((index * WIDTH) / COLUMNS) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: { title, region, stat, period: 60, view: 'timeSeries', metrics },
  }));
  const y = Math.ceil((charts.length * WIDTH) / COLUMNS) * HEIGHT;
  widgets.push({
    type: 'alarm',
    x: 0,
    y,
    width: COLUMNS,
    height: 3,
    properties: { title: 'Alarms', alarms: alarmArns },
  });
  return JSON.stringify({ widgets });
}
