import { Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import type { Environments } from '../../lambdas/prewarm/settings';
import { NodeFunction } from '../parts/node-function';
import type { NodeVersion } from '../parts/node-version';
import type { PolicyStatement } from '../parts/policy';
import type { PrewarmDeadlines } from './deadlines';
import { Grants } from './grants';
import type { PrewarmQueue } from './queue';
import {
  type DeploymentProps,
  deploymentVariables,
  type FleetProps,
  fleetVariables,
  queueVariables,
} from './shared-variables';
import { followStreams } from './stream-sources';

export interface PrewarmFunctionsProps extends DeploymentProps, FleetProps {
  readonly names: (kind: string) => string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly queue: PrewarmQueue;
  readonly deadlines: PrewarmDeadlines;
  readonly topicArn: string;
  readonly topicKeyArn: string;
  readonly logRetentionDays: number;
  readonly nodeVersion: NodeVersion;
  readonly invalidationWaitSeconds: number;
  readonly distributionIds: readonly string[] | undefined;
  /** Codes of PoPs that the data file lacks. */
  readonly extraPops: readonly string[];
  /** Most URLs of an uploaded list; undefined for the function's own default. */
  readonly maxListUrls: number | undefined;
}

export type FunctionKind = 'api' | 'get-size' | 'task' | 'aggregation' | 'shutdown' | 'report';

/** API Gateway waits no longer than this for an answer. */
const API_TIMEOUT_SECONDS = 29;
const STEP_TIMEOUT_SECONDS = 900;

/** The six Lambda functions with their permissions and event sources. */
export class PrewarmFunctions extends Construct {
  readonly api: NodeFunction<Environments['api']>;
  readonly getSize: NodeFunction<Environments['getSize']>;
  readonly task: NodeFunction<Environments['task']>;
  readonly aggregation: NodeFunction<Environments['aggregation']>;
  readonly shutdown: NodeFunction<Environments['shutdown']>;
  readonly report: NodeFunction<Environments['report']>;

  private readonly grants: Grants;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: PrewarmFunctionsProps,
  ) {
    super(scope, id);
    this.grants = new Grants(props);
    this.report = this.createReport();
    this.shutdown = this.createShutdown();
    this.api = this.createApi();
    this.getSize = this.createGetSize();
    this.task = this.createTask();
    this.aggregation = this.createAggregation();
    const failedEventsArn = props.queue.failedEvents.arn;
    props.deadlines.mayInvoke(this.shutdown.arn, failedEventsArn);
    const { getSize, task, aggregation } = this;
    followStreams({ getSize, task, aggregation, store: props.store, failedEventsArn });
  }

  private createReport(): NodeFunction<Environments['report']> {
    const { grants } = this;
    const { deadlines, logRetentionDays, names, queue, store, topicArn, topicKeyArn } = this.props;
    return new NodeFunction<Environments['report']>(this, 'report', {
      // Called without waiting for it; a stream names the queue for each of its readers.
      onFailureArn: queue.failedEvents.arn,
      logRetentionDays,
      nodeVersion: this.props.nodeVersion,
      functionName: names('generate_report'),
      description: 'Writes the report of an ended request, removes its deadline and tells the subscribers',
      bundle: 'prewarm-report',
      environment: {
        ...deploymentVariables(this.props),
        BUCKET: store.bucket.bucket,
        ...fleetVariables(this.props),
        ...this.extraPops,
        SCHEDULE_GROUP: deadlines.group.name,
        TOPIC_ARN: topicArn,
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
        { sid: 'Notify', actions: ['sns:Publish'], resources: [topicArn] },
        {
          sid: 'EncryptNotifications',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [topicKeyArn],
        },
        grants.keepFailedEvents(),
      ],
    });
  }

  private createShutdown(): NodeFunction<Environments['shutdown']> {
    const { grants } = this;
    const { logRetentionDays, names, queue } = this.props;
    return new NodeFunction<Environments['shutdown']>(this, 'shutdown', {
      onFailureArn: queue.failedEvents.arn,
      logRetentionDays,
      nodeVersion: this.props.nodeVersion,
      functionName: names('scheduler_to_stop'),
      description: 'Stops a request at its deadline, from any status',
      bundle: 'prewarm-shutdown',
      environment: {
        ...deploymentVariables(this.props),
        REPORT_FUNCTION_NAME: this.report.function.functionName,
      },
      timeoutSeconds: 300,
      statements: [
        grants.readRequests(),
        grants.changeRequests(),
        grants.changePops(),
        grants.listTasks(),
        grants.readTasks(),
        grants.markTasks(),
        this.reportWhenEnded,
        grants.keepFailedEvents(),
      ],
    });
  }

  private createApi(): NodeFunction<Environments['api']> {
    const { grants } = this;
    const { deadlines, logRetentionDays, maxListUrls, names, queue, store } = this.props;
    return new NodeFunction<Environments['api']>(this, 'api', {
      logRetentionDays,
      nodeVersion: this.props.nodeVersion,
      functionName: names('api_handler'),
      description: 'Answers the prewarm API',
      bundle: 'prewarm-api',
      environment: {
        ...deploymentVariables(this.props),
        BUCKET: store.bucket.bucket,
        ...queueVariables(queue),
        ...fleetVariables(this.props),
        REPORT_FUNCTION_NAME: this.report.function.functionName,
        HEADERS_KEY_ARN: store.headersKey.arn,
        ...this.extraPops,
        ...(maxListUrls === undefined ? {} : { MAX_URLS: String(maxListUrls) }),
        SCHEDULE_GROUP: deadlines.group.name,
        SCHEDULE_ROLE_ARN: deadlines.role.arn,
        SHUTDOWN_FUNCTION_ARN: this.shutdown.arn,
        FAILED_EVENTS_ARN: queue.failedEvents.arn,
      },
      timeoutSeconds: API_TIMEOUT_SECONDS,
      vcpus: 1,
      statements: [
        grants.findDistributions(),
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
        this.reportWhenEnded,
      ],
    });
  }

  private createGetSize(): NodeFunction<Environments['getSize']> {
    const { grants } = this;
    const { logRetentionDays, names, store } = this.props;
    return new NodeFunction<Environments['getSize']>(this, 'get-size', {
      logRetentionDays,
      nodeVersion: this.props.nodeVersion,
      functionName: names('get_url_size'),
      description: 'Expands sources and learns the sizes of a new request',
      bundle: 'prewarm-get-size',
      environment: {
        ...deploymentVariables(this.props),
        BUCKET: store.bucket.bucket,
        HEADERS_KEY_ARN: store.headersKey.arn,
      },
      timeoutSeconds: STEP_TIMEOUT_SECONDS,
      vcpus: 1,
      statements: [
        grants.findDistributions(),
        grants.readRequests(),
        grants.changeRequests(),
        grants.readBlobs(['original_urls.txt', 'sizing/*']),
        grants.writeBlobs(['sizing/*']),
        grants.removeBlobs(['sizing/*']),
        grants.findBlobs(),
        grants.openHeaders(),
        grants.readStream('ReadRequestStream', store.requests.streamArn),
        grants.keepFailedEvents(),
      ],
    });
  }

  private createTask(): NodeFunction<Environments['task']> {
    const { grants } = this;
    const { invalidationWaitSeconds, logRetentionDays, names, queue, store } = this.props;
    return new NodeFunction<Environments['task']>(this, 'task', {
      logRetentionDays,
      nodeVersion: this.props.nodeVersion,
      functionName: names('insert_tasks_to_queue'),
      description: 'Resolves PoPs, invalidates once, cuts slices and queues them',
      bundle: 'prewarm-task',
      environment: {
        ...deploymentVariables(this.props),
        BUCKET: store.bucket.bucket,
        ...queueVariables(queue),
        REPORT_FUNCTION_NAME: this.report.function.functionName,
        INVALIDATION_WAIT_SECONDS: Tokenization.stringifyNumber(invalidationWaitSeconds),
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
        this.reportWhenEnded,
        grants.keepFailedEvents(),
      ],
    });
  }

  private createAggregation(): NodeFunction<Environments['aggregation']> {
    const { grants } = this;
    const { logRetentionDays, names, store } = this.props;
    return new NodeFunction<Environments['aggregation']>(this, 'aggregation', {
      logRetentionDays,
      nodeVersion: this.props.nodeVersion,
      functionName: names('get_download_size'),
      description: 'Counts the results of slices exactly once and finishes requests',
      bundle: 'prewarm-aggregation',
      environment: {
        ...deploymentVariables(this.props),
        REPORT_FUNCTION_NAME: this.report.function.functionName,
      },
      timeoutSeconds: 300,
      vcpus: 0.5,
      statements: [
        grants.readRequests(),
        grants.changeRequests(),
        grants.changePops(),
        grants.readTasks(),
        grants.markTasks(),
        this.reportWhenEnded,
        grants.readStream('ReadTaskStream', store.tasks.streamArn),
        grants.keepFailedEvents(),
      ],
    });
  }

  private get extraPops() {
    const { extraPops } = this.props;
    return extraPops.length === 0 ? {} : { WARMPATH_EXTRA_POPS: extraPops.join(',') };
  }

  /** Allows invoking the Report function, for functions that may end a request. */
  private get reportWhenEnded(): PolicyStatement {
    return { sid: 'ReportWhenEnded', actions: ['lambda:InvokeFunction'], resources: [this.report.arn] };
  }

  /** Every function, by its name in alarms. */
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
