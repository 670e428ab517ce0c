import { Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import type { Environments } from '../../lambdas/prewarm/settings';
import { NodeFunction } from '../parts/node-function';
import type { PrewarmDeadlines } from './deadlines';
import { Grants } from './grants';
import type { PrewarmQueue } from './queue';
import type { PrewarmStore } from './store';
import { followStreams } from './stream-sources';

export interface PrewarmFunctionsProps {
  readonly names: (kind: string) => string;
  readonly deployment: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly store: PrewarmStore;
  readonly queue: PrewarmQueue;
  readonly deadlines: PrewarmDeadlines;
  readonly groupName: string;
  readonly topicArn: string;
  readonly topicKeyArn: string;
  readonly maxInstances: number;
  readonly retentionDays: number;
  readonly logRetentionDays: number;
  readonly invalidationWaitSeconds: number;
  readonly distributionIds: readonly string[] | undefined;
  /** Codes of PoPs that the data file lacks. */
  readonly extraPops: readonly string[];
  /** Most URLs of an uploaded list; undefined: as the function has it. */
  readonly maxListUrls: number | undefined;
  readonly metricsNamespace: string;
}

export type FunctionKind = 'api' | 'get-size' | 'task' | 'aggregation' | 'shutdown' | 'report';

/** API Gateway waits no longer than this for an answer. */
const API_TIMEOUT_SECONDS = 29;
const STEP_TIMEOUT_SECONDS = 900;

/** The six functions, what each may do, and what calls it. */
export class PrewarmFunctions extends Construct {
  readonly api: NodeFunction<Environments['api']>;
  readonly getSize: NodeFunction<Environments['getSize']>;
  readonly task: NodeFunction<Environments['task']>;
  readonly aggregation: NodeFunction<Environments['aggregation']>;
  readonly shutdown: NodeFunction<Environments['shutdown']>;
  readonly report: NodeFunction<Environments['report']>;

  constructor(scope: Construct, id: string, props: PrewarmFunctionsProps) {
    super(scope, id);
    const { store, queue, deadlines } = props;
    const grants = new Grants(props);
    const common = {
      DEPLOYMENT: props.deployment,
      METRICS_NAMESPACE: props.metricsNamespace,
      REQUEST_TABLE: store.requests.name,
      POP_TABLE: store.pops.name,
      TASK_TABLE: store.tasks.name,
      RECORD_RETENTION_DAYS: Tokenization.stringifyNumber(props.retentionDays),
    };
    const fleet = {
      GROUP_NAME: props.groupName,
      MAX_INSTANCES: Tokenization.stringifyNumber(props.maxInstances),
    };
    const queues = { QUEUE_URL: queue.tasks.url, DEAD_LETTER_QUEUE_URL: queue.deadLetters.url };
    const bucket = { BUCKET: store.bucket.bucket };
    const headersKey = { HEADERS_KEY_ARN: store.headersKey.arn };
    const extraPops = props.extraPops.length === 0 ? {} : { WARMPATH_EXTRA_POPS: props.extraPops.join(',') };
    const { logRetentionDays } = props;
    // Of those that are called without waiting for them; a stream names the queue for each of its readers.
    const calledAsync = { onFailureArn: queue.failedEvents.arn };

    this.report = new NodeFunction<Environments['report']>(this, 'report', {
      ...calledAsync,
      logRetentionDays,
      functionName: props.names('generate_report'),
      description: 'Writes the report of an ended request, removes its deadline and tells the subscribers',
      bundle: 'prewarm-report',
      environment: {
        ...common,
        ...bucket,
        ...fleet,
        ...extraPops,
        SCHEDULE_GROUP: deadlines.group.name,
        TOPIC_ARN: props.topicArn,
      },
      timeoutSeconds: STEP_TIMEOUT_SECONDS,
      vcpus: 1,
      statements: [
        grants.readRequests(),
        grants.readManyRequests(),
        grants.changeRequests(),
        grants.readPops(),
        grants.listTasks(),
        ...grants.fleet(),
        grants.readBlobs(['failures/*']),
        grants.writeBlobs(['failed_pop_urls.csv', 'report.json', 'report.html']),
        grants.findBlobs(),
        grants.removeDeadline(),
        { sid: 'Notify', actions: ['sns:Publish'], resources: [props.topicArn] },
        {
          sid: 'EncryptNotifications',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [props.topicKeyArn],
        },
        grants.putOnQueue(queue.failedEvents.arn, 'KeepFailedEvents'),
      ],
    });
    const report = { REPORT_FUNCTION_NAME: this.report.function.functionName };
    const reportWhenEnded = {
      sid: 'ReportWhenEnded',
      actions: ['lambda:InvokeFunction'],
      resources: [this.report.arn],
    };

    this.shutdown = new NodeFunction<Environments['shutdown']>(this, 'shutdown', {
      ...calledAsync,
      logRetentionDays,
      functionName: props.names('scheduler_to_stop'),
      description: 'Stops a request at its deadline, from any status',
      bundle: 'prewarm-shutdown',
      environment: { ...common, ...report },
      timeoutSeconds: 300,
      statements: [
        grants.readRequests(),
        grants.changeRequests(),
        grants.changePops(),
        grants.listTasks(),
        grants.readTasks(),
        grants.markTasks(),
        reportWhenEnded,
        grants.putOnQueue(queue.failedEvents.arn, 'KeepFailedEvents'),
      ],
    });
    deadlines.mayInvoke(this.shutdown.arn, queue.failedEvents.arn);

    this.api = new NodeFunction<Environments['api']>(this, 'api', {
      logRetentionDays,
      functionName: props.names('api_handler'),
      description: 'Answers the prewarm API',
      bundle: 'prewarm-api',
      environment: {
        ...common,
        ...bucket,
        ...queues,
        ...fleet,
        ...report,
        ...headersKey,
        ...extraPops,
        ...(props.maxListUrls === undefined ? {} : { MAX_URLS: String(props.maxListUrls) }),
        SCHEDULE_GROUP: deadlines.group.name,
        SCHEDULE_ROLE_ARN: deadlines.role.arn,
        SHUTDOWN_FUNCTION_ARN: this.shutdown.arn,
        FAILED_EVENTS_ARN: queue.failedEvents.arn,
      },
      timeoutSeconds: API_TIMEOUT_SECONDS,
      vcpus: 1,
      statements: [
        grants.createRequests(),
        grants.readRequests(),
        grants.readManyRequests(),
        grants.listRequests(),
        grants.changeRequests(),
        grants.readPops(),
        ...grants.fleet(),
        grants.readBlobs(['failed_urls.txt', 'failed_pop_urls.csv', 'report.json', 'report.html']),
        grants.writeBlobs(['original_urls.txt']),
        grants.uploadedLists(),
        grants.removeBlobs(['original_urls.txt']),
        grants.findBlobs(),
        grants.createDeadline(),
        grants.removeDeadline(),
        grants.passDeadlineRole(),
        grants.queueDepth(),
        grants.sealHeaders(),
        reportWhenEnded,
      ],
    });

    this.getSize = new NodeFunction<Environments['getSize']>(this, 'get-size', {
      logRetentionDays,
      functionName: props.names('get_url_size'),
      description: 'Expands sources and learns the sizes of a new request',
      bundle: 'prewarm-get-size',
      environment: { ...common, ...bucket, ...headersKey },
      timeoutSeconds: STEP_TIMEOUT_SECONDS,
      vcpus: 1,
      statements: [
        grants.readRequests(),
        grants.changeRequests(),
        grants.readBlobs(['original_urls.txt', 'sizing/*']),
        grants.writeBlobs(['sizing/*']),
        grants.removeBlobs(['sizing/*']),
        grants.findBlobs(),
        grants.openHeaders(),
        grants.readStream('ReadRequestStream', store.requests.streamArn),
        grants.putOnQueue(queue.failedEvents.arn, 'KeepFailedEvents'),
      ],
    });

    this.task = new NodeFunction<Environments['task']>(this, 'task', {
      logRetentionDays,
      functionName: props.names('insert_tasks_to_queue'),
      description: 'Resolves PoPs, invalidates once, cuts slices and queues them',
      bundle: 'prewarm-task',
      environment: {
        ...common,
        ...bucket,
        ...queues,
        ...report,
        INVALIDATION_WAIT_SECONDS: Tokenization.stringifyNumber(props.invalidationWaitSeconds),
      },
      timeoutSeconds: STEP_TIMEOUT_SECONDS,
      vcpus: 1,
      statements: [
        grants.readRequests(),
        grants.changeRequests(),
        grants.readPops(),
        grants.writePops(),
        grants.readBlobs(['original_urls.txt', 'success_urls.txt', 'sizing/*']),
        grants.writeBlobs(['success_urls.txt', 'failed_urls.txt']),
        grants.findBlobs(),
        grants.putOnQueue(queue.tasks.arn, 'QueueSlices'),
        grants.readStream('ReadRequestStream', store.requests.streamArn),
        grants.findDistributions(),
        grants.invalidate(),
        reportWhenEnded,
        grants.putOnQueue(queue.failedEvents.arn, 'KeepFailedEvents'),
      ],
    });

    this.aggregation = new NodeFunction<Environments['aggregation']>(this, 'aggregation', {
      logRetentionDays,
      functionName: props.names('get_download_size'),
      description: 'Counts the results of slices exactly once and finishes requests',
      bundle: 'prewarm-aggregation',
      environment: { ...common, ...report },
      timeoutSeconds: 300,
      vcpus: 0.5,
      statements: [
        grants.readRequests(),
        grants.changeRequests(),
        grants.changePops(),
        grants.readTasks(),
        grants.markTasks(),
        reportWhenEnded,
        grants.readStream('ReadTaskStream', store.tasks.streamArn),
        grants.putOnQueue(queue.failedEvents.arn, 'KeepFailedEvents'),
      ],
    });

    followStreams({
      getSize: this.getSize,
      task: this.task,
      aggregation: this.aggregation,
      store,
      failedEventsArn: queue.failedEvents.arn,
    });
  }

  /** Every function by its name in alarms. */
  get all(): Readonly<Record<FunctionKind, NodeFunction<never>>> {
    return {
      api: this.api,
      'get-size': this.getSize,
      task: this.task,
      aggregation: this.aggregation,
      shutdown: this.shutdown,
      report: this.report,
    };
  }
}
