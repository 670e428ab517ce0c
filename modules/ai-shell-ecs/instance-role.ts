import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { type PolicyStatement, policyDocument, trustService } from '../parts/policy';
import { type AwsLocation, accountOf } from './aws-location';
import { type EcrRepository, type ImageReference, registrySecrets } from './image-reference';
import type { Names } from './names';
import type { AiShellEcsSettings } from './settings';

export interface InstanceRoleProps {
  readonly names: Names;
  readonly location: AwsLocation;
  readonly settings: AiShellEcsSettings;
  readonly images: readonly ImageReference[];
  /** Log group of the pre-pull's lines. */
  readonly prepullLogArn: string;
  /** Parameter with the document of images; `undefined` without a rollout in place. */
  readonly imagesParameterArn: string | undefined;
}

/** What an instance may do: register with its cluster, pull its images, end its own launch, be reached by SSM. */
export class InstanceRole extends Construct {
  readonly role: IamRole;
  readonly profile: IamInstanceProfile;
  /** The instances need their permissions from the first second: the group depends on this policy. */
  readonly policy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: InstanceRoleProps) {
    super(scope, id);
    const { names, location, settings, images, imagesParameterArn, prepullLogArn } = props;
    const clusterName = settings.cluster.name;
    this.role = new IamRole(this, 'Default', {
      name: names.instanceRole,
      assumeRolePolicy: trustService('ec2.amazonaws.com'),
    });
    const account = accountOf(this.role.arn);
    function arn(service: string, resource: string) {
      return `arn:${location.partition}:${service}:${location.region}:${account}:${resource}`;
    }
    const clusterArn = arn('ecs', `cluster/${clusterName}`);

    this.policy = new IamRolePolicy(this, 'policy', {
      name: 'ecs-instance',
      role: this.role.name,
      policy: policyDocument(
        ...ecsAgentStatements(
          clusterArn,
          arn('ecs', `container-instance/${clusterName}/*`),
          settings.instances.capacityType === 'spot',
        ),
        ...pullStatements(location.partition, images),
        {
          sid: 'EndOwnLaunch',
          actions: ['autoscaling:CompleteLifecycleAction'],
          resources: [
            arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${names.autoScalingGroup}`),
          ],
        },
        {
          sid: 'ReportPrepull',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${prepullLogArn}:*`],
        },
        ...(imagesParameterArn === undefined
          ? []
          : [{ sid: 'ReadImages', actions: ['ssm:GetParameter'], resources: [imagesParameterArn] }]),
        ...sessionManagerStatements(),
      ),
    });
    this.profile = new IamInstanceProfile(this, 'profile', {
      name: names.instanceRole,
      role: this.role.name,
    });
  }
}

/**
 * What the agent calls, and no more: with the managed policy one host can drain, deregister and retag the others.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
 */
function ecsAgentStatements(
  clusterArn: string,
  containerInstancesArn: string,
  isSpot: boolean,
): PolicyStatement[] {
  const onlyCluster = { ArnEquals: { 'ecs:cluster': clusterArn } };
  return [
    {
      sid: 'RegisterWithCluster',
      actions: [
        'ecs:RegisterContainerInstance',
        'ecs:SubmitTaskStateChange',
        'ecs:SubmitContainerStateChange',
        'ecs:SubmitAttachmentStateChanges',
      ],
      resources: [clusterArn],
    },
    {
      sid: 'TalkToCluster',
      actions: ['ecs:Poll', 'ecs:StartTelemetrySession'],
      resources: [containerInstancesArn],
      conditions: onlyCluster,
    },
    // On the notice of an interruption the agent sets its own instance to draining.
    ...(isSpot
      ? [
          {
            sid: 'DrainOnInterruption',
            actions: ['ecs:UpdateContainerInstancesState'],
            resources: [containerInstancesArn],
            conditions: onlyCluster,
          },
        ]
      : []),
    {
      sid: 'TagAtRegistration',
      actions: ['ecs:TagResource'],
      resources: [containerInstancesArn],
      conditions: { StringEquals: { 'ecs:CreateAction': 'RegisterContainerInstance' } },
    },
    { sid: 'FindEndpoints', actions: ['ecs:DiscoverPollEndpoint', 'ec2:DescribeTags'], resources: ['*'] },
  ];
}

/** Reading private repositories: by the role's own rights in ECR, by a secret elsewhere; public ones need no permission. */
export function pullStatements(partition: string, images: readonly ImageReference[]): PolicyStatement[] {
  const repositories = images.flatMap(({ ecr }) =>
    ecr === undefined ? [] : [repositoryArn(partition, ecr)],
  );
  const secrets = Object.values(registrySecrets(images));
  return [
    ...(repositories.length === 0
      ? []
      : [
          { sid: 'LogInToRegistry', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
          {
            sid: 'PullImages',
            actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
            resources: [...new Set(repositories)],
          },
        ]),
    ...(secrets.length === 0
      ? []
      : [
          {
            sid: 'ReadRegistryLogins',
            actions: ['secretsmanager:GetSecretValue'],
            resources: [...new Set(secrets)],
          },
        ]),
  ];
}

export function repositoryArn(partition: string, { region, accountId, name }: EcrRepository): string {
  return `arn:${partition}:ecr:${region}:${accountId}:repository/${name}`;
}

/** Access for people without SSH: no key, no open port. */
export function sessionManagerStatements(): PolicyStatement[] {
  return [
    {
      sid: 'SessionManager',
      actions: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      resources: ['*'],
    },
  ];
}
