import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import type { EcsService } from '@cdktf/provider-aws/lib/ecs-service';
import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Fn, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { type PolicyStatement, policyDocument, trustService } from '../parts/policy';
import type { AwsLocation } from './aws-location';
import { execStatements } from './exec-sessions';
import type { ImageReference } from './image-reference';
import { pullStatements } from './instance-role';
import type { Names } from './names';
import { byArchitecture } from './plan-values';
import type { AiShellEcsSettings, TaskSettings } from './settings';
import type { ShellCapacity } from './shell-capacity';
import type { ShellCluster } from './shell-cluster';
import { shellService } from './shell-service';
import { taskContainers } from './task-containers';
import { mountStatements, taskVolumes } from './task-volumes';

export interface ShellTaskProps {
  readonly names: Names;
  readonly location: AwsLocation;
  readonly settings: AiShellEcsSettings;
  readonly accountId: string;
  readonly task: TaskSettings;
  readonly image: ImageReference;
  /** Images of the sidecars, by their names. */
  readonly sidecarImages: Readonly<Record<string, ImageReference>>;
  readonly cluster: ShellCluster;
  readonly capacity: ShellCapacity;
  readonly securityGroupIds: readonly string[];
}

/** A shell: a container of the pinned image, with an init process, a log, the right to open Exec sessions, and sidecars. */
export class ShellTask extends Construct {
  readonly taskDefinition: EcsTaskDefinition;
  readonly executionRole: IamRole;
  readonly taskRoleArn: string;
  readonly logGroup: CloudwatchLogGroup;
  readonly service: EcsService | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ShellTaskProps,
  ) {
    super(scope, id);
    const { names, settings, task } = props;
    this.logGroup = new CloudwatchLogGroup(this, 'logs', {
      name: names.shellLogGroup,
      retentionInDays: settings.logRetentionDays,
      tags: settings.tags,
    });
    this.executionRole = this.createExecutionRole();
    this.taskRoleArn = task.taskRoleArn ?? this.createTaskRole();
    this.taskDefinition = new EcsTaskDefinition(this, 'Default', {
      family: names.taskFamily,
      // A revision that is deregistered can start no task: callers that hold the old ARN, and a rollback, still need it.
      skipDestroy: true,
      // Rollouts in place register revisions too.
      ...(settings.inPlaceRollout === undefined ? {} : { trackLatest: true }),
      networkMode: task.networkMode,
      requiresCompatibilities: ['EC2'],
      cpu: Tokenization.stringifyNumber(task.cpuUnits),
      memory: Tokenization.stringifyNumber(task.memoryMib),
      executionRoleArn: this.executionRole.arn,
      taskRoleArn: this.taskRoleArn,
      // Terraform's own encoding: values that are known only at plan are escaped rightly.
      containerDefinitions: Fn.jsonencode(taskContainers({ ...props, logGroup: this.logGroup })),
      ...(Object.keys(task.volumes).length === 0 ? {} : { volume: taskVolumes(task.volumes) }),
      runtimePlatform: {
        operatingSystemFamily: 'LINUX',
        cpuArchitecture: byArchitecture(settings.instances.architecture, {
          arm64: 'ARM64',
          x86_64: 'X86_64',
        }),
      },
      tags: settings.tags,
    });
    this.service =
      settings.given.service === undefined
        ? undefined
        : shellService(this, {
            ...props,
            service: settings.given.service,
            taskDefinition: this.taskDefinition,
          });
  }

  /** Tasks of this account and Region alone. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html */
  private trust(): string {
    const { accountId, location } = this.props;
    return trustService('ecs-tasks.amazonaws.com', {
      StringEquals: { 'aws:SourceAccount': accountId },
      ArnLike: { 'aws:SourceArn': `arn:${location.partition}:ecs:${location.region}:${accountId}:*` },
    });
  }

  private createExecutionRole(): IamRole {
    const { image, names, location, settings, sidecarImages, task } = this.props;
    const secrets = [task, ...Object.values(task.sidecars)].flatMap((of) => Object.values(of.secrets ?? {}));
    const role = new IamRole(this, 'execution-role', {
      name: `${names.taskFamily}-execution`,
      assumeRolePolicy: this.trust(),
      tags: settings.tags,
    });
    new IamRolePolicy(this, 'execution-policy', {
      name: 'start-task',
      role: role.name,
      policy: policyDocument(
        ...pullStatements(location.partition, [image, ...Object.values(sidecarImages)]),
        {
          sid: 'WriteLog',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${this.logGroup.arn}:*`],
        },
        ...secretStatements(secrets),
      ),
    });
    return role;
  }

  private createTaskRole(): string {
    const { accountId, cluster, location, names, settings, task } = this.props;
    const role = new IamRole(this, 'task-role', {
      name: `${names.taskFamily}-task`,
      assumeRolePolicy: this.trust(),
      tags: settings.tags,
    });
    if (settings.given.exec !== false) {
      new IamRolePolicy(this, 'task-policy', {
        name: 'exec-sessions',
        role: role.name,
        policy: policyDocument(...execStatements(cluster.sessions)),
      });
    }
    const mounts = mountStatements(
      task.volumes,
      (resource) => `arn:${location.partition}:elasticfilesystem:${location.region}:${accountId}:${resource}`,
    );
    if (mounts.length > 0) {
      new IamRolePolicy(this, 'volumes-policy', {
        name: 'volumes',
        role: role.name,
        policy: policyDocument(...mounts),
      });
    }
    return role.arn;
  }
}

/** One action for each of the two services that keep secrets. */
function secretStatements(arns: readonly string[]): PolicyStatement[] {
  function isSecret(arn: string) {
    return arn.includes(':secretsmanager:');
  }
  const statements: PolicyStatement[] = [
    {
      sid: 'ReadParameters',
      actions: ['ssm:GetParameters'],
      resources: arns.filter((arn) => !isSecret(arn)),
    },
    {
      sid: 'ReadSecrets',
      actions: ['secretsmanager:GetSecretValue'],
      // `<secret>:<JSON key>:<stage>:<version>` names a part of the secret; the right is to the whole.
      resources: [...new Set(arns.filter(isSecret).map((arn) => arn.split(':').slice(0, 7).join(':')))],
    },
  ];
  return statements.filter(({ resources }) => resources.length > 0);
}
