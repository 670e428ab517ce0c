import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { Construct } from 'constructs';
import type { ImageDigestSettings } from '../../../lambdas/image-digest/settings';
import { NodeFunction } from '../../parts/node-function';
import type { NodeVersion } from '../../parts/node-version';
import { policyDocument, trustService } from '../../parts/policy';
import { accountOf } from '../aws-location';
import type { FailedEvents } from '../failed-events';
import { invokeByRule } from '../invoke-by-rule';

export interface PushTriggerProps {
  readonly name: string;
  readonly repositoryName: string;
  readonly repositoryArn: string;
  readonly repositoryUrl: string;
  /** Prefixes of the tags that count; every tag when empty. */
  readonly tagPrefixes: readonly string[];
  readonly reference: SsmParameter;
  readonly pipelineArn: string;
  readonly failedEvents: FailedEvents;
  readonly logRetentionDays: number;
  readonly nodeVersion: NodeVersion;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Push -> digest -> build, in this order: the function writes the digest that the pushed tag names into the parameter, and
 * only the parameter's change starts the pipeline. A build can therefore never read the digest of an earlier push, and a digest written by hand,
 * for a rollback, is baked like a pushed one.
 */
export class PushTrigger extends Construct {
  readonly function: NodeFunction<ImageDigestSettings>;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: PushTriggerProps,
  ) {
    super(scope, id);
    const { name, repositoryName, repositoryUrl, tagPrefixes, reference, failedEvents, tags } = props;
    this.function = new NodeFunction<ImageDigestSettings>(this, 'function', {
      functionName: `${name}-image-digest`,
      description: 'ECR push -> SSM parameter that the golden AMI bakes',
      bundle: 'image-digest',
      environment: { REFERENCE_PARAMETER: reference.name, REPOSITORY_URL: repositoryUrl },
      statements: [
        {
          sid: 'RecordReference',
          actions: ['ssm:GetParameter', 'ssm:PutParameter'],
          resources: [reference.arn],
        },
        { sid: 'ReadTag', actions: ['ecr:DescribeImages'], resources: [props.repositoryArn] },
        failedEvents.statement,
      ],
      onFailureArn: failedEvents.queue.arn,
      timeoutSeconds: 30,
      // One at a time: two pushes must not overtake each other between read and write.
      reservedConcurrency: 1,
      logRetentionDays: props.logRetentionDays,
      nodeVersion: props.nodeVersion,
    });
    const pushed = new CloudwatchEventRule(this, 'pushed', {
      name: `${name}-image-pushed`,
      description: `Image pushed to ${repositoryName}`,
      eventPattern: JSON.stringify({
        source: ['aws.ecr'],
        'detail-type': ['ECR Image Action'],
        detail: {
          'action-type': ['PUSH'],
          result: ['SUCCESS'],
          'repository-name': [repositoryName],
          ...(tagPrefixes.length === 0 ? {} : { 'image-tag': tagPrefixes.map((prefix) => ({ prefix })) }),
        },
      }),
      tags,
    });
    invokeByRule(this, 'record', pushed, this.function, failedEvents.queue.arn);
    this.buildOnChange();
  }

  private buildOnChange(): void {
    const { name, reference, pipelineArn, failedEvents, tags } = this.props;
    const role = new IamRole(this, 'start-role', {
      name: `${name}-start-bake`,
      assumeRolePolicy: trustService('events.amazonaws.com', {
        StringEquals: { 'aws:SourceAccount': accountOf(reference.arn) },
      }),
      tags,
    });
    const policy = new IamRolePolicy(this, 'start-policy', {
      name: 'start',
      role: role.name,
      policy: policyDocument({
        sid: 'StartBuild',
        actions: ['imagebuilder:StartImagePipelineExecution'],
        resources: [pipelineArn],
      }),
    });
    const changed = new CloudwatchEventRule(this, 'changed', {
      name: `${name}-image-recorded`,
      description: `Reference to bake changed in ${name}`,
      eventPattern: JSON.stringify({
        source: ['aws.ssm'],
        'detail-type': ['Parameter Store Change'],
        detail: { name: [reference.name], operation: ['Update'] },
      }),
      tags,
    });
    new CloudwatchEventTarget(this, 'build', {
      rule: changed.name,
      arn: pipelineArn,
      roleArn: role.arn,
      deadLetterConfig: { arn: failedEvents.queue.arn },
      dependsOn: [policy],
    });
  }
}
