import { Construct } from 'constructs';
import { shapeRoles } from '../parts/iam-roles';
import { encryptLogs } from '../parts/log-encryption';
import { warnOfEndOfLife } from '../parts/node-version';
import { tagResources } from '../parts/tags';
import { type ApiQuota, PrewarmApi, type PrivateApi, type RegionalApi } from './api';
import { PrewarmDeadlines } from './deadlines';
import { type FleetSizing, PrewarmFleet } from './fleet';
import { PrewarmFunctions } from './functions';
import { type EdgesProps, GivenEdges, publishedRanges } from './given-edges';
import { type NetworkProps, PrewarmNetwork } from './network';
import { PrewarmObservability } from './observability';
import { POP_CHECK_HOURS } from './pop-check';
import type { PrewarmProps } from './props';
import { PrewarmQueue } from './queue';
import { checkSettings } from './rules';
import { resolveSettings } from './settings';
import { PrewarmStore } from './store';
import type { Subscriber } from './subscribers';
import { PrewarmTopic } from './topic';

export type {
  ApiQuota,
  EdgesProps,
  FleetSizing,
  NetworkProps,
  PrewarmProps,
  PrivateApi,
  RegionalApi,
  Subscriber,
};
export { publishedRanges };

/** Names keep the form of the solution this one replaces, `prewarm_<kind>_<deployment>`. */
function namesOf(deployment: string) {
  return (kind: string): string => `prewarm_${kind}_${deployment}`;
}

const METRICS_NAMESPACE = 'Warmpath/Prewarm';

/** A service that downloads a list of URLs through chosen CloudFront points of presence, and reports each result. */
export class Prewarm extends Construct {
  readonly network: PrewarmNetwork;
  readonly store: PrewarmStore;
  readonly queue: PrewarmQueue;
  readonly deadlines: PrewarmDeadlines;
  readonly topic: PrewarmTopic;
  readonly functions: PrewarmFunctions;
  readonly api: PrewarmApi;
  readonly fleet: PrewarmFleet;
  readonly observability: PrewarmObservability;

  /** @throws InvalidPrewarmError that lists everything wrong with the props, before any resource exists */
  constructor(scope: Construct, id: string, props: PrewarmProps) {
    super(scope, id);
    const settings = resolveSettings(props);
    checkSettings(this.node.path, settings);
    const {
      deployment,
      accountId,
      region,
      partition,
      visibilitySeconds,
      maxDeliveries,
      retentionDays,
      logRetentionDays,
      nodeVersion,
      fleet: sizing,
    } = settings;
    warnOfEndOfLife(this, nodeVersion);
    tagResources(this, settings.tags);
    shapeRoles(this, settings.roles);
    encryptLogs(this, settings.logKmsKeyArn);
    const names = namesOf(deployment);
    const place = { names, deployment, partition, region, accountId };
    const groupName = names('asg');

    this.network = new PrewarmNetwork(this, 'network', {
      names,
      region,
      network: settings.network,
    });
    this.store = new PrewarmStore(this, 'store', {
      names,
      partition,
      accountId,
      bucketName: `prewarm-bucket-${accountId}-${region}-${deployment}`,
      retentionDays,
      retainData: settings.retainData,
      roles: settings.roles,
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
      subscribers: settings.subscribers,
    });
    const parts = { store: this.store, queue: this.queue, deadlines: this.deadlines };
    this.functions = new PrewarmFunctions(this, 'functions', {
      ...place,
      ...parts,
      groupName,
      topicArn: this.topic.topic.arn,
      topicKeyArn: this.topic.key.arn,
      maxInstances: sizing.maxInstances,
      retentionDays,
      logRetentionDays,
      invalidationWaitSeconds: settings.invalidationWaitSeconds,
      distributionIds: settings.distributionIds,
      extraPops: settings.extraPops,
      edges: settings.edges && new GivenEdges(this, 'given-edges', this.store, settings.edges),
      maxListUrls: settings.maxListUrls,
      maxSourceUrls: settings.maxSourceUrls,
      webhookSecretArn: settings.webhookSecretArn,
      popCheck: settings.popCheck,
      nodeVersion,
      metricsNamespace: METRICS_NAMESPACE,
    });
    this.api = new PrewarmApi(this, 'api', {
      names,
      partition,
      region,
      accountId,
      access: settings.api,
      quota: settings.quota,
      handler: this.functions.api,
      network: this.network,
      logRetentionDays,
      manageAccountLogging: settings.manageAccountLogging,
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
      nodeVersion,
    });
    this.observability = new PrewarmObservability(this, 'observability', {
      ...place,
      metricsNamespace: METRICS_NAMESPACE,
      topicArn: this.topic.topic.arn,
      queue: this.queue,
      groupName,
      functions: this.functions.all,
      apiName: names('api'),
      popCheckHours: settings.popCheck && (settings.popCheck.everyHours ?? POP_CHECK_HOURS),
      agentLog: this.fleet.logGroup,
    });
  }
}
