import { DEFAULT_NODE_VERSION } from '../parts/node-version';
import { partitionOf } from '../parts/partition';
import type { ApiByVariable, ApiQuota, PrivateApi, RegionalApi } from './api';
import type { FleetSettings } from './fleet';
import type { NetworkProps } from './network';
import type { PrewarmProps } from './props';

/** Defaults of the props, and of the variables of the plain Terraform module. */
export const DEFAULTS = {
  nodeVersion: DEFAULT_NODE_VERSION,
  invalidationWaitSeconds: 600,
  visibilitySeconds: 120,
  maxDeliveries: 5,
  retentionDays: 30,
  logRetentionDays: 30,
  quota: { requestsPerSecond: 50, burst: 100, requestsPerDay: 100_000 },
  fleet: {
    instanceTypes: [
      'c7g.large',
      'c7gn.large',
      'c6g.large',
      'c6gn.large',
      'm7g.large',
      'm6g.large',
      'c7g.xlarge',
    ],
    onDemandPercent: 20,
    maxInstances: 300,
    volumeGib: 8,
  },
} as const;

/** Props that may stay undefined: what is left out then, the docs of each say. */
type OptionalProp =
  | 'distributionIds'
  | 'edges'
  | 'logKmsKeyArn'
  | 'maxListUrls'
  | 'maxSourceUrls'
  | 'popCheck'
  | 'roles'
  | 'tags'
  | 'webhookSecretArn';

/** The props with every default filled in: input of the rules and of the construct's parts. */
export interface PrewarmSettings
  extends Required<Omit<PrewarmProps, OptionalProp | 'fleet' | 'quota'>>,
    Pick<PrewarmProps, OptionalProp> {
  readonly network: NetworkProps;
  readonly api: RegionalApi | PrivateApi | ApiByVariable;
  readonly quota: Required<ApiQuota>;
  readonly fleet: FleetSettings;
}

export function resolveSettings(props: PrewarmProps): PrewarmSettings {
  return {
    ...DEFAULTS,
    partition: partitionOf(props.region),
    network: { kind: 'new' },
    api: { kind: 'regional' },
    subscribers: [],
    extraPops: [],
    retainData: false,
    manageAccountLogging: false,
    ...definedOf(props),
    quota: { ...DEFAULTS.quota, ...definedOf(props.quota ?? {}) },
    fleet: {
      ...DEFAULTS.fleet,
      checkTypes: props.fleet?.instanceTypes !== undefined,
      ...definedOf(props.fleet ?? {}),
    },
  };
}

/** Without keys that are undefined: they mean "left out" to whoever writes JavaScript. */
function definedOf<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
