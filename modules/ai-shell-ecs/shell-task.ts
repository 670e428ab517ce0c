import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { EcsService } from '@cdktf/provider-aws/lib/ecs-service';
import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Fn, type IResolvable, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { type PolicyStatement, policyDocument, trustService } from '../parts/policy';
import type { AwsLocation } from './aws-location';
import type { ImageReference } from './image-reference';
import { pullStatements } from './instance-role';
import type { Names } from './names';
import { byArchitecture, namedValues } from './plan-values';
import type { AiShellEcsSettings, TaskSettings } from './settings';
import type { ShellCapacity } from './shell-capacity';
import type { ExecSessions, ShellCluster } from './shell-cluster';

export interface ShellTaskProps {
  readonly names: Names;
  readonly location: AwsLocation;
  readonly settings: AiShellEcsSettings;
  readonly accountId: string;
  readonly task: TaskSettings;
  readonly image: ImageReference;
  readonly cluster: ShellCluster;
  readonly capacity: ShellCapacity;
  readonly securityGroupIds: readonly string[];
}

const CONTAINER = 'shell';

/** A shell: one container of the pinned image, with an init process, a log, and the right to open Exec sessions. */
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
      networkMode: task.networkMode,
      requiresCompatibilities: ['EC2'],
      cpu: Tokenization.stringifyNumber(task.cpuUnits),
      memory: Tokenization.stringifyNumber(task.memoryMib),
      executionRoleArn: this.executionRole.arn,
      taskRoleArn: this.taskRoleArn,
      // Terraform's own encoding: values that are known only at plan are escaped rightly.
      containerDefinitions: Fn.jsonencode([this.container()]),
      runtimePlatform: {
        operatingSystemFamily: 'LINUX',
        cpuArchitecture: byArchitecture(settings.instances.architecture, {
          arm64: 'ARM64',
          x86_64: 'X86_64',
        }),
      },
      tags: settings.tags,
    });
    this.service = this.createService();
  }

  private container(): object {
    const { image, location, settings, task } = this.props;
    return {
      name: CONTAINER,
      image: image.reference,
      essential: true,
      // The digest is pinned already; said aloud, a full cluster cannot silently turn the check off.
      versionConsistency: 'enabled',
      ...(task.command === undefined ? {} : { command: task.command }),
      ...(task.stopTimeoutSeconds === undefined ? {} : { stopTimeout: task.stopTimeoutSeconds }),
      environment: namedValues(task.environment),
      secrets: Object.entries(task.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
      readonlyRootFilesystem: task.readonlyRootFilesystem,
      // PID 1 forwards signals and reaps what Exec sessions leave behind.
      // Shells on one host share its bridge: without raw sockets none of them can speak as another.
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['NET_RAW'] } },
      ...(task.user === undefined ? {} : { user: task.user }),
      ...securityOptions(task.noNewPrivileges),
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': this.logGroup.name,
          'awslogs-region': location.region,
          'awslogs-stream-prefix': settings.name,
          // A slow log must not hold up a shell.
          mode: 'non-blocking',
          'max-buffer-size': '4m',
        },
      },
    };
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
    const { image, names, location, settings, task } = this.props;
    const role = new IamRole(this, 'execution-role', {
      name: `${names.taskFamily}-execution`,
      assumeRolePolicy: this.trust(),
      tags: settings.tags,
    });
    new IamRolePolicy(this, 'execution-policy', {
      name: 'start-task',
      role: role.name,
      policy: policyDocument(
        ...pullStatements(location.partition, [image]),
        {
          sid: 'WriteLog',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${this.logGroup.arn}:*`],
        },
        ...secretStatements(Object.values(task.secrets)),
      ),
    });
    return role;
  }

  private createTaskRole(): string {
    const { cluster, names, settings } = this.props;
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
    return role.arn;
  }

  private createService(): EcsService | undefined {
    const { settings, cluster, capacity, task, securityGroupIds } = this.props;
    const service = settings.given.service;
    if (service === undefined) return undefined;
    return new EcsService(this, 'service', {
      name: settings.name,
      cluster: cluster.arn,
      taskDefinition: this.taskDefinition.arn,
      desiredCount: service.desiredCount,
      deploymentMinimumHealthyPercent: service.minimumHealthyPercent ?? 100,
      deploymentMaximumPercent: service.maximumPercent ?? 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      enableExecuteCommand: settings.given.exec !== false,
      enableEcsManagedTags: true,
      propagateTags: 'SERVICE',
      capacityProviderStrategy: [{ capacityProvider: capacity.provider.name, weight: 1, base: 0 }],
      orderedPlacementStrategy: [{ type: 'binpack', field: 'memory' }],
      tags: settings.tags,
      ...(task.networkMode === 'awsvpc'
        ? {
            networkConfiguration: {
              subnets: [...settings.network.subnetIds],
              securityGroups: [...securityGroupIds],
            },
          }
        : {}),
      dependsOn: capacity.association === undefined ? [] : [capacity.association],
    });
  }
}

function securityOptions(noNewPrivileges: boolean | IResolvable): object {
  const options = ['no-new-privileges'];
  if (typeof noNewPrivileges !== 'boolean')
    return { dockerSecurityOptions: Fn.conditional(noNewPrivileges, options, []) };
  return noNewPrivileges ? { dockerSecurityOptions: options } : {};
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

/** What a person or a service needs to open sessions into the shells, as the JSON of a policy to attach to their role. */
export function sessionPolicy(cluster: ShellCluster): string {
  function ofCluster(kind: string) {
    return `${Fn.replace(cluster.arn, ':cluster/', `:${kind}/`)}`;
  }
  return policyDocument(
    {
      sid: 'OpenSessions',
      actions: ['ecs:ExecuteCommand'],
      resources: [cluster.arn, `${ofCluster('task')}/*`],
      conditions: { StringEquals: { 'ecs:container-name': CONTAINER } },
    },
    {
      sid: 'FindShells',
      actions: ['ecs:DescribeTasks'],
      resources: [`${ofCluster('task')}/*`],
    },
    ...(cluster.sessions === undefined
      ? []
      : [
          {
            sid: 'ShareSessionKey',
            actions: ['kms:GenerateDataKey'],
            resources: [cluster.sessions.kmsKeyArn],
          },
        ]),
  );
}

/** What a task's role needs for Exec sessions. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html */
function execStatements(sessions: ExecSessions | undefined): PolicyStatement[] {
  const channels: PolicyStatement = {
    sid: 'ExecSessions',
    actions: [
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    resources: ['*'],
  };
  if (sessions === undefined) return [channels];
  return [
    channels,
    {
      sid: 'RecordSessions',
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      resources: [`${sessions.logGroup.arn}:*`],
    },
    { sid: 'FindLogGroup', actions: ['logs:DescribeLogGroups'], resources: ['*'] },
    { sid: 'EncryptSessions', actions: ['kms:Decrypt'], resources: [sessions.kmsKeyArn] },
  ];
}
