import { type IResolvable, Token } from 'cdktf';
import { DEFAULT_NODE_VERSION, type NodeVersion } from '../parts/node-version';
import type { ImageSource } from './image-source';
import { plus } from './plan-values';
import type {
  AgentProps,
  AiShellEcsProps,
  AmiSource,
  Architecture,
  CapacityProviderProps,
  FollowDemandProps,
  InPlaceRolloutProps,
  InstanceRefreshProps,
  InstancesProps,
  NetworkProps,
  PrepullProps,
  RootVolumeProps,
  SpotProps,
  TaskProps,
  WarmPoolProps,
} from './props';

type Optional<T, K extends keyof T> = Required<Omit<T, K>> & Pick<T, K>;

export type RootVolumeSettings = Optional<RootVolumeProps, 'initializationRateMibps' | 'kmsKeyArn'>;
export type InstancesSettings = Optional<
  Omit<InstancesProps, 'rootVolume' | 'spot'>,
  'availabilityZoneDistribution' | 'capacityReservation' | 'desiredCapacity' | 'launchTemplateVersion'
> & {
  readonly rootVolume: RootVolumeSettings;
  readonly spot: Required<SpotProps>;
};

export type RefreshSettings = Optional<
  InstanceRefreshProps,
  'instanceWarmupSeconds' | 'checkpointPercentages' | 'checkpointDelaySeconds'
>;
export type InPlaceRolloutSettings = Required<InPlaceRolloutProps>;
export type AgentSettings = Required<AgentProps>;
export type PrepullSettings = Required<PrepullProps>;
export type WarmPoolSettings = Optional<Omit<WarmPoolProps, 'followDemand'>, 'schedule'> & {
  readonly followDemand: Required<FollowDemandProps> | undefined;
};
export type CapacityProviderSettings = Required<CapacityProviderProps>;
export type TaskSettings = Optional<TaskProps, 'command' | 'stopTimeoutSeconds' | 'taskRoleArn' | 'user'>;

export interface ClusterSettings {
  readonly create: boolean;
  readonly name: string;
  readonly containerInsights: 'enhanced' | 'enabled' | 'disabled';
  readonly refuseExisting: boolean | IResolvable;
  /** `undefined` leaves the cluster's list of providers alone. */
  readonly otherCapacityProviders: readonly string[] | undefined;
}

/** The props with every default filled in; what the rules judge and the parts are built from. */
export interface AiShellEcsSettings {
  readonly name: string;
  readonly network: NetworkProps;
  readonly ami: AmiSource;
  readonly instances: InstancesSettings;
  readonly warmPool: WarmPoolSettings | undefined;
  readonly prepull: PrepullSettings;
  readonly agent: AgentSettings;
  readonly refresh: RefreshSettings | undefined;
  /** `undefined` where a new image replaces the hosts. */
  readonly inPlaceRollout: InPlaceRolloutSettings | undefined;
  readonly cluster: ClusterSettings;
  readonly capacityProvider: CapacityProviderSettings;
  readonly task: TaskSettings | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly logRetentionDays: number;
  readonly nodeVersion: NodeVersion;
  /** The props without defaults, for parts that fill in their own. */
  readonly given: AiShellEcsProps;
}

const DEFAULT_TYPES: Record<Architecture, string> = { arm64: 'm7g.large', x86_64: 'm7i.large' };

/** Name of the shell's container, and of its image. */
export const SHELL_IMAGE = 'shell';

/** Every image that instances keep on disk, the task's own first. */
export function imageSourcesOf({ given, task }: AiShellEcsSettings): readonly ImageSource[] {
  return [
    given.image,
    ...Object.values(given.additionalImages ?? {}),
    ...Object.values(task?.sidecars ?? {}).map(({ image }) => image),
  ];
}

/** Names of the images that instances keep, as a rollout in place knows them: those of their containers, or as they were given. */
export function imageNamesOf({ given, task }: AiShellEcsSettings): readonly string[] {
  return [SHELL_IMAGE, ...Object.keys(given.additionalImages ?? {}), ...Object.keys(task?.sidecars ?? {})];
}

/** Fills in every default; checks nothing. */
export function resolveSettings(props: AiShellEcsProps): AiShellEcsSettings {
  const instances = instancesSettings(props.instances);
  const warmPool = props.warmPool === false ? undefined : warmPoolSettings(instances, props.warmPool);
  return {
    name: props.name,
    network: props.network,
    ami: props.ami ?? { from: 'recommended' },
    instances,
    warmPool,
    prepull: prepullSettings(props.prepull),
    agent: agentSettings(props.agent),
    refresh: props.refresh === false ? undefined : refreshSettings(props.refresh),
    inPlaceRollout:
      props.rollout === 'in-place'
        ? { startedBy: 'apply', poolRenewal: 'renew', readyPercent: 100, ...props.inPlaceRollout }
        : undefined,
    cluster: clusterSettings(props),
    capacityProvider: {
      name: `${props.name}-capacity`,
      managedScaling: true,
      targetCapacityPercent: 100,
      minimumScalingStepSize: 1,
      maximumScalingStepSize: 100,
      instanceWarmupSeconds: warmPool === undefined ? 300 : 60,
      managedDraining: true,
      managedTerminationProtection: true,
      ...props.capacityProvider,
    },
    task: props.task === false ? undefined : taskSettings(props.task),
    tags: props.tags ?? {},
    logRetentionDays: props.logs?.retentionDays ?? 30,
    nodeVersion: props.nodeVersion ?? DEFAULT_NODE_VERSION,
    given: props,
  };
}

function instancesSettings(given: InstancesProps = {}): InstancesSettings {
  const architecture = given.architecture ?? 'arm64';
  return {
    instanceTypes: [DEFAULT_TYPES[architecture]],
    checkTypes: true,
    capacityType: 'on-demand',
    minSize: 0,
    maxSize: 4,
    maxInstanceLifetimeSeconds: 0,
    maintenance: { minHealthyPercent: 100, maxHealthyPercent: 110 },
    waitForCapacityTimeout: '0',
    protectFromScaleIn: true,
    forceDelete: false,
    ...given,
    architecture,
    spot: {
      onDemandBase: 0,
      onDemandPercentAboveBase: 0,
      allocationStrategy: 'price-capacity-optimized',
      rebalance: false,
      ...given.spot,
    },
    rootVolume: {
      sizeGib: 50,
      iops: 3000,
      throughputMibps: 250,
      encrypted: true,
      ...given.rootVolume,
    },
  };
}

function warmPoolSettings(instances: InstancesSettings, given: WarmPoolProps = {}): WarmPoolSettings {
  // From zero instances ECS launches two at once.
  const minSize = given.minSize ?? 2;
  return {
    state: 'Stopped',
    maxPreparedCapacity: plus(instances.minSize, minSize),
    reuseOnScaleIn: false,
    timeZone: 'UTC',
    ...given,
    followDemand: given.followDemand && demandSettings(given.followDemand),
    minSize,
  };
}

function demandSettings(given: FollowDemandProps): Required<FollowDemandProps> {
  // Where Terraform fills it in, a variable has the defaults.
  if (Token.isUnresolved(given)) return given as Required<FollowDemandProps>;
  return { minSize: 1, coveredPercent: 99, refillSeconds: 600, ...given };
}

function prepullSettings(given: PrepullProps = {}): PrepullSettings {
  const timeoutSeconds = given.timeoutSeconds ?? 900;
  return {
    minFreeMib: 4096,
    keepSuperseded: 1,
    unusedImageHours: 168,
    onFailure: 'ABANDON',
    hookTimeoutSeconds: plus(timeoutSeconds, 300),
    ...given,
    timeoutSeconds,
  };
}

function agentSettings(given: AgentProps = {}): AgentSettings {
  return {
    imagePullBehavior: 'prefer-cached',
    containerStopTimeout: '30s',
    reservedMemoryMib: 256,
    taskCleanupWait: '10m',
    untrackedImageCleanup: false,
    blockImdsForAwsvpc: true,
    attributes: {},
    extra: {},
    ...given,
  };
}

function refreshSettings(given: InstanceRefreshProps = {}): RefreshSettings {
  return {
    minHealthyPercent: 100,
    maxHealthyPercent: 110,
    startedBy: 'apply',
    autoRollback: given.startedBy === 'command',
    skipMatching: true,
    scaleInProtectedInstances: 'Refresh',
    standbyInstances: 'Terminate',
    alarmNames: [],
    ...given,
  };
}

function clusterSettings({ name, cluster }: AiShellEcsProps): ClusterSettings {
  if (cluster?.create === false) {
    return {
      create: false,
      name: cluster.name,
      containerInsights: 'disabled',
      refuseExisting: false,
      otherCapacityProviders: cluster.otherCapacityProviders,
    };
  }
  return {
    create: true,
    name: cluster?.name ?? `${name}-ecs`,
    containerInsights: cluster?.containerInsights ?? 'enhanced',
    refuseExisting: cluster?.refuseExisting ?? false,
    otherCapacityProviders: cluster?.otherCapacityProviders ?? [],
  };
}

function taskSettings(given: TaskProps = {}): TaskSettings {
  return {
    cpuUnits: 512,
    memoryMib: 1024,
    environment: {},
    secrets: {},
    networkMode: 'bridge',
    readonlyRootFilesystem: false,
    noNewPrivileges: false,
    ulimits: {},
    gpus: 0,
    volumes: {},
    sidecars: {},
    ...given,
  };
}
