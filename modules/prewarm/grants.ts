import type { RequestBlobPattern } from '../../lambdas/prewarm/engine/model/request-blobs';
import type { PolicyStatement } from '../parts/policy';
import type { PrewarmDeadlines } from './deadlines';
import type { PrewarmQueue } from './queue';
import { type PrewarmStore, REQUEST_INDEX } from './store';

export interface GrantsProps {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly store: PrewarmStore;
  readonly queue: PrewarmQueue;
  readonly deadlines: PrewarmDeadlines;
  readonly groupName: string;
  readonly distributionIds: readonly string[] | undefined;
}

/** IAM policy statements of the service's parts, each for named actions on named resources. */
export class Grants {
  constructor(private readonly props: GrantsProps) {}

  createRequests(): PolicyStatement {
    return this.onRequests('CreateRequests', ['dynamodb:PutItem']);
  }

  readRequests(): PolicyStatement {
    return this.onRequests('ReadRequests', ['dynamodb:GetItem']);
  }

  /** Reads several rows of the Request table: the active ones, or those of a page. */
  readManyRequests(): PolicyStatement {
    return this.onRequests('ReadManyRequests', ['dynamodb:BatchGetItem']);
  }

  changeRequests(): PolicyStatement {
    return this.onRequests('ChangeRequests', ['dynamodb:UpdateItem']);
  }

  listRequests(): PolicyStatement {
    return {
      sid: 'ListRequests',
      actions: ['dynamodb:Query'],
      resources: [`${this.props.store.requests.arn}/index/${REQUEST_INDEX}`],
    };
  }

  readPops(): PolicyStatement {
    return this.onPops('ReadPops', ['dynamodb:Query']);
  }

  writePops(): PolicyStatement {
    return this.onPops('WritePops', ['dynamodb:PutItem']);
  }

  changePops(): PolicyStatement {
    return this.onPops('ChangePops', ['dynamodb:UpdateItem']);
  }

  readTasks(): PolicyStatement {
    return this.onTasks('ReadTasks', ['dynamodb:BatchGetItem']);
  }

  listTasks(): PolicyStatement {
    return this.onTasks('ListTasks', ['dynamodb:Query']);
  }

  recordTasks(): PolicyStatement {
    return this.onTasks('RecordTasks', ['dynamodb:PutItem', 'dynamodb:GetItem']);
  }

  markTasks(): PolicyStatement {
    return this.onTasks('MarkTasksCounted', ['dynamodb:UpdateItem']);
  }

  /** Reads the stream of a table: the four actions of an event source mapping. */
  readStream(sid: string, streamArn: string): PolicyStatement {
    return {
      sid,
      actions: [
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:DescribeStream',
        'dynamodb:ListStreams',
      ],
      resources: [streamArn],
    };
  }

  /** Reads the blobs with these names of any request. */
  readBlobs(blobNames: readonly RequestBlobPattern[]): PolicyStatement {
    return { sid: 'ReadBlobs', actions: ['s3:GetObject'], resources: this.blobs(blobNames) };
  }

  writeBlobs(blobNames: readonly RequestBlobPattern[]): PolicyStatement {
    return {
      sid: 'WriteBlobs',
      actions: ['s3:PutObject', 's3:PutObjectTagging', 's3:AbortMultipartUpload'],
      resources: this.blobs(blobNames),
    };
  }

  /** Puts and reads lists that clients upload under presigned URLs. */
  uploadedLists(): PolicyStatement {
    return {
      sid: 'UploadedLists',
      actions: ['s3:PutObject', 's3:GetObject'],
      resources: [`${this.props.store.bucket.arn}/lists/*`],
    };
  }

  removeBlobs(blobNames: readonly RequestBlobPattern[]): PolicyStatement {
    return { sid: 'RemoveBlobs', actions: ['s3:DeleteObject'], resources: this.blobs(blobNames) };
  }

  /** Lists the bucket: without it S3 answers 403 instead of 404 for a missing blob. */
  findBlobs(): PolicyStatement {
    return { sid: 'FindBlobs', actions: ['s3:ListBucket'], resources: [this.props.store.bucket.arn] };
  }

  putOnQueue(queueArn: string, sid: string): PolicyStatement {
    return { sid, actions: ['sqs:SendMessage'], resources: [queueArn] };
  }

  /** Sends events of failed invocations to their queue. */
  keepFailedEvents(): PolicyStatement {
    return this.putOnQueue(this.props.queue.failedEvents.arn, 'KeepFailedEvents');
  }

  takeFromQueue(): PolicyStatement {
    return {
      sid: 'TakeSlices',
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
      resources: [this.props.queue.tasks.arn],
    };
  }

  queueDepth(): PolicyStatement {
    return {
      sid: 'ReadQueueDepth',
      actions: ['sqs:GetQueueAttributes'],
      resources: [this.props.queue.tasks.arn, this.props.queue.deadLetters.arn],
    };
  }

  /** Reads and sets the size of the group, which needs no right to launch instances of its template. */
  fleet(): readonly PolicyStatement[] {
    return [
      { sid: 'ReadFleet', actions: ['autoscaling:DescribeAutoScalingGroups'], resources: ['*'] },
      {
        sid: 'SizeFleet',
        actions: ['autoscaling:SetDesiredCapacity'],
        resources: [this.groupArn()],
      },
    ];
  }

  protectFromScaleIn(): PolicyStatement {
    return {
      sid: 'ProtectFromScaleIn',
      actions: ['autoscaling:SetInstanceProtection'],
      resources: [this.groupArn()],
    };
  }

  createDeadline(): PolicyStatement {
    return {
      sid: 'CreateDeadline',
      actions: ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule'],
      resources: [this.scheduleArn()],
    };
  }

  removeDeadline(): PolicyStatement {
    return { sid: 'RemoveDeadline', actions: ['scheduler:DeleteSchedule'], resources: [this.scheduleArn()] };
  }

  passDeadlineRole(): PolicyStatement {
    return {
      sid: 'PassDeadlineRole',
      actions: ['iam:PassRole'],
      resources: [this.props.deadlines.role.arn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    };
  }

  sealHeaders(): PolicyStatement {
    return {
      sid: 'SealHeaders',
      actions: ['kms:GenerateDataKey'],
      resources: [this.props.store.headersKey.arn],
    };
  }

  openHeaders(): PolicyStatement {
    return { sid: 'OpenHeaders', actions: ['kms:Decrypt'], resources: [this.props.store.headersKey.arn] };
  }

  findDistributions(): PolicyStatement {
    return { sid: 'FindDistributions', actions: ['cloudfront:ListDistributions'], resources: ['*'] };
  }

  invalidate(): PolicyStatement {
    const { partition, accountId, distributionIds } = this.props;
    return {
      sid: 'Invalidate',
      actions: ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation'],
      resources: (distributionIds ?? ['*']).map(
        (id) => `arn:${partition}:cloudfront::${accountId}:distribution/${id}`,
      ),
    };
  }

  private onRequests(sid: string, actions: readonly string[]): PolicyStatement {
    return { sid, actions, resources: [this.props.store.requests.arn] };
  }

  private onPops(sid: string, actions: readonly string[]): PolicyStatement {
    return { sid, actions, resources: [this.props.store.pops.arn] };
  }

  private onTasks(sid: string, actions: readonly string[]): PolicyStatement {
    return { sid, actions, resources: [this.props.store.tasks.arn] };
  }

  private blobs(blobNames: readonly RequestBlobPattern[]): string[] {
    return blobNames.map((name) => `${this.props.store.bucket.arn}/*/${name}`);
  }

  /** The group's id is a random part of its ARN, and known only once it exists; its name is what we choose. */
  private groupArn(): string {
    const { partition, region, accountId, groupName } = this.props;
    return `arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/${groupName}`;
  }

  private scheduleArn(): string {
    const { partition, region, accountId, deadlines } = this.props;
    return `arn:${partition}:scheduler:${region}:${accountId}:schedule/${deadlines.group.name}/*`;
  }
}
