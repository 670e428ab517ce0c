import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { logRetentionFaults } from '../parts/log-retention';
import { type ApiQuota, apiFaults, PrewarmApi, type PrivateApi, type RegionalApi } from './api';
import { PrewarmDeadlines } from './deadlines';
import { InvalidPrewarmError } from './errors';
import { type FleetSizing, fleetFaults, PrewarmFleet } from './fleet';
import { PrewarmFunctions } from './functions';
import { type NetworkProps, networkFaults, PrewarmNetwork } from './network';
import { PrewarmObservability } from './observability';
import { PrewarmQueue } from './queue';
import { PrewarmStore } from './store';
import { type Subscriber, subscriberFaults } from './subscribers';
import { PrewarmTopic } from './topic';

export type { ApiQuota, FleetSizing, NetworkProps, PrivateApi, RegionalApi, Subscriber };

export interface PrewarmProps {
  /** Name of the deployment, such as `prod`; the last part of every name. 1 to 20 lower-case letters, digits and dashes. */
  readonly deployment: string;
  readonly accountId: string;
  readonly region: string;
  /** @default - that of the Region: aws, aws-cn or aws-us-gov */
  readonly partition?: string;
  /** @default - a VPC made for the fleet */
  readonly network?: NetworkProps;
  /** @default - regional */
  readonly api?: RegionalApi | PrivateApi;
  readonly quota?: ApiQuota;
  readonly fleet?: FleetSizing;
  /** Who is told when a request ends or an alarm rings. @default - nobody; the topic is there */
  readonly subscribers?: readonly Subscriber[];
  /** Distributions whose objects may be invalidated. @default - all of the account */
  readonly distributionIds?: readonly string[];
  /** Codes of PoPs newer than the data file, such as `warmpath prewarm pops` discovers; their city must be known. @default none */
  readonly extraPops?: readonly string[];
  /** URLs of an uploaded list, 1 to 3,000,000: what the API function reads before API Gateway stops waiting. @default 1,000,000 */
  readonly maxListUrls?: number;
  /** How long an invalidation is waited for before warming starts with a warning, in seconds, 0 to 780. @default 600 */
  readonly invalidationWaitSeconds?: number;
  /** How long a slice stays hidden from other agents; they renew it while they work. 30 to 43,200. @default 120 */
  readonly visibilitySeconds?: number;
  /** Deliveries after which a slice is given up and its fetches count as failed, 2 to 900. @default 5 */
  readonly maxDeliveries?: number;
  /** Rows and files of a request are removed after so many days, 7 to 3,650. @default 30 */
  readonly retentionDays?: number;
  /** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html @default 30 */
  readonly logRetentionDays?: number;
  /** Refuse to delete tables and a bucket that hold anything. @default false */
  readonly retainData?: boolean;
  /**
   * Set the role with which API Gateway writes logs, a setting of the whole account in this Region, which needs one. Only
   * where nothing else sets it: it replaces the role that is set, and its own goes with the stack.
   * @default false
   */
  readonly manageAccountLogging?: boolean;
}

/** Names keep the form of the solution this one replaces, `prewarm_<kind>_<deployment>`. */
function namesOf(deployment: string) {
  return (kind: string): string => `prewarm_${kind}_${deployment}`;
}

function partitionOf(region: string): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

const METRICS_NAMESPACE = 'Warmpath/Prewarm';

/** A service that downloads a list of URLs through chosen CloudFront points of presence, and says what came of it. */
export class Prewarm extends Construct {
  readonly network: PrewarmNetwork;
  readonly store: PrewarmStore;
  readonly queue: PrewarmQueue;
  readonly deadlines: PrewarmDeadlines;
  readonly topic: PrewarmTopic;
  readonly functions: PrewarmFunctions;
  readonly api: PrewarmApi;
  readonly fleet: PrewarmFleet;

  /** @throws InvalidPrewarmError that lists everything wrong with the props, before any resource exists */
  constructor(scope: Construct, id: string, props: PrewarmProps) {
    super(scope, id);
    checkProps(this.node.path, props);
    const {
      deployment,
      accountId,
      region,
      partition = partitionOf(props.region),
      visibilitySeconds = 120,
      maxDeliveries = 5,
      retentionDays = 30,
      logRetentionDays = 30,
      fleet: sizing = {},
    } = props;
    const names = namesOf(deployment);
    const place = { names, deployment, partition, region, accountId };
    const groupName = names('asg');

    this.network = new PrewarmNetwork(this, 'network', {
      names,
      region,
      network: props.network ?? { kind: 'new' },
    });
    this.store = new PrewarmStore(this, 'store', {
      names,
      bucketName: `prewarm-bucket-${accountId}-${region}-${deployment}`,
      retentionDays,
      retainData: props.retainData ?? false,
    });
    this.queue = new PrewarmQueue(this, 'queue', {
      names,
      visibilitySeconds,
      maxDeliveries,
    });
    this.deadlines = new PrewarmDeadlines(this, 'deadlines', { names, accountId });
    this.topic = new PrewarmTopic(this, 'topic', {
      names,
      partition,
      accountId,
      subscribers: props.subscribers ?? [],
    });
    const parts = { store: this.store, queue: this.queue, deadlines: this.deadlines };
    this.functions = new PrewarmFunctions(this, 'functions', {
      ...place,
      ...parts,
      groupName,
      topicArn: this.topic.topic.arn,
      topicKeyArn: this.topic.key.arn,
      maxInstances: sizing.maxInstances ?? 300,
      retentionDays,
      logRetentionDays,
      invalidationWaitSeconds: props.invalidationWaitSeconds ?? 600,
      distributionIds: props.distributionIds,
      extraPops: props.extraPops ?? [],
      maxListUrls: props.maxListUrls,
      metricsNamespace: METRICS_NAMESPACE,
    });
    this.api = new PrewarmApi(this, 'api', {
      names,
      partition,
      region,
      accountId,
      access: props.api ?? { kind: 'regional' },
      quota: props.quota ?? {},
      handler: this.functions.api,
      network: this.network,
      logRetentionDays,
      manageAccountLogging: props.manageAccountLogging ?? false,
    });
    this.fleet = new PrewarmFleet(this, 'fleet', {
      ...place,
      ...parts,
      groupName,
      network: this.network,
      visibilitySeconds,
      maxDeliveries,
      retentionDays,
      logRetentionDays,
      metricsNamespace: METRICS_NAMESPACE,
      sizing,
    });
    new PrewarmObservability(this, 'observability', {
      ...place,
      metricsNamespace: METRICS_NAMESPACE,
      topicArn: this.topic.topic.arn,
      queue: this.queue,
      groupName,
      functions: this.functions.all,
      apiName: names('api'),
      agentLog: this.fleet.logGroup,
    });
  }
}

function checkProps(path: string, props: PrewarmProps): void {
  const network = props.network ?? { kind: 'new' };
  const faults = [
    ...networkFaults(network, props.region),
    ...apiFaults(props.api ?? { kind: 'regional' }, network.kind === 'new'),
    ...fleetFaults(props.fleet ?? {}),
    ...subscriberFaults(props.subscribers ?? []),
    ...quotaFaults(props.quota ?? {}),
    ...popFaults(props.extraPops ?? []),
    ...logRetentionFaults('logRetentionDays', props.logRetentionDays),
    ...range('maxListUrls', props.maxListUrls, 1, 3_000_000),
    ...range('invalidationWaitSeconds', props.invalidationWaitSeconds, 0, 780),
    ...range('visibilitySeconds', props.visibilitySeconds, 30, 43_200),
    ...range('maxDeliveries', props.maxDeliveries, 2, 900),
    ...range('retentionDays', props.retentionDays, 7, 3_650),
  ];
  // What only Terraform knows is checked by the variable it comes from.
  if (!Token.isUnresolved(props.accountId) && !/^\d{12}$/.test(props.accountId))
    faults.push(`accountId: got ${props.accountId}; allowed 12 digits; write the id of the account`);
  if (!Token.isUnresolved(props.deployment) && !/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/.test(props.deployment))
    faults.push(
      `deployment: got ${JSON.stringify(props.deployment)}; allowed 1 to 20 lower-case letters and digits, with dashes between them; choose a short name such as prod`,
    );
  if (faults.length > 0) throw new InvalidPrewarmError(path, faults);
}

function popFaults(codes: readonly string[]): string[] {
  const wrong = codes.filter((code) => !/^[A-Z]{3}\d{1,3}(-[A-Z]\d{1,2})?$/.test(code));
  return wrong.length === 0
    ? []
    : [`extraPops: got ${wrong.join(', ')}; allowed are codes such as FRA56-P4; correct them`];
}

function quotaFaults({ requestsPerSecond, burst, requestsPerDay }: ApiQuota): string[] {
  return [
    ...range('quota.requestsPerSecond', requestsPerSecond, 1, 5_000),
    ...range('quota.burst', burst, 1, 5_000),
    ...range('quota.requestsPerDay', requestsPerDay, 1, 100_000_000),
  ];
}

/** A number that only Terraform knows is checked by the variable it comes from. */
function range(name: string, value: number | undefined, least: number, most: number): string[] {
  return value === undefined ||
    Token.isUnresolved(value) ||
    (Number.isInteger(value) && value >= least && value <= most)
    ? []
    : [`${name}: got ${value}; allowed ${least} to ${most}; choose a whole number within it`];
}
