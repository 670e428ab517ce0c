import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { S3Object } from '@cdktf/provider-aws/lib/s3-object';
import {
  AssetType,
  Fn,
  type IResolvable,
  ref,
  TerraformAsset,
  TerraformLocal,
  TerraformStack,
  Token,
  Tokenization,
} from 'cdktf';
import { Construct } from 'constructs';
import type { Environments } from '../../lambdas/prewarm/settings';
import { bundle } from '../../scripts/build/functions';
import { assetPath } from '../parts/module-path';
import type { NodeVersion } from '../parts/node-version';
import { OfferedTypes } from '../parts/offered-types';
import { policyDocument, trustService } from '../parts/policy';
import { agentUserData } from './agent-user-data';
import type { PrewarmDeadlines } from './deadlines';
import { Grants } from './grants';
import type { PrewarmNetwork } from './network';
import type { PrewarmQueue } from './queue';
import { deploymentVariables, queueVariables } from './shared-variables';
import type { PrewarmStore } from './store';

export interface FleetSizing {
  /** Types that may serve, arm64, best first; several find Spot capacity more often. @default - seven Graviton types, c7g.large first */
  readonly instanceTypes?: readonly string[];
  /** Share of instances bought on demand, 0 to 100, so that some run when Spot is short. @default 20 */
  readonly onDemandPercent?: number;
  /** Most instances at a time, for all requests together, 1 to 300. @default 300 */
  readonly maxInstances?: number;
  /** Root volume, in GiB; bodies are never stored, so it holds the system only. @default 8 */
  readonly volumeGib?: number;
  /**
   * Refuse types of which EC2 offers none where the group is; a plan asks EC2 then (`ec2:DescribeInstanceTypeOfferings`).
   * @default - true where `instanceTypes` are given
   */
  readonly checkTypes?: boolean | IResolvable;
  /** Image of AL2023 arm64, with Node.js of `nodeVersion` or a way to its repository. @default - the newest AL2023 image; the boot installs Node.js from its repository */
  readonly imageId?: string;
}

/** {@link FleetSizing} with every default filled in. */
export type FleetSettings = Required<Omit<FleetSizing, 'imageId'>> & Pick<FleetSizing, 'imageId'>;

export interface PrewarmFleetProps {
  readonly names: (kind: string) => string;
  readonly deployment: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly groupName: string;
  readonly network: PrewarmNetwork;
  readonly store: PrewarmStore;
  readonly queue: PrewarmQueue;
  readonly deadlines: PrewarmDeadlines;
  readonly visibilitySeconds: number;
  readonly maxDeliveries: number;
  readonly retentionDays: number;
  readonly logRetentionDays: number;
  readonly metricsNamespace: string;
  readonly sizing: FleetSettings;
  readonly nodeVersion: NodeVersion;
}

/** What EC2 resolves to the newest image at each launch. */
export const AL2023_ARM64 =
  'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';

/** The agents: an Auto Scaling group of Spot instances that is empty while nobody asks for anything. */
export class PrewarmFleet extends Construct {
  readonly group: AutoscalingGroup;
  readonly launchTemplate: LaunchTemplate;
  readonly role: IamRole;
  readonly logGroup: CloudwatchLogGroup;

  constructor(scope: Construct, id: string, props: PrewarmFleetProps) {
    super(scope, id);
    const code = this.uploadAgent(props);
    this.logGroup = new CloudwatchLogGroup(this, 'logs', {
      name: `/prewarm/${props.names('agent')}`,
      retentionInDays: props.logRetentionDays,
    });
    this.role = this.createRole(props, code);
    this.launchTemplate = this.createLaunchTemplate(props, code);
    this.group = this.createGroup(props);
  }

  /** The key holds the content's hash: an instance can only run the code its launch template was made for. */
  private uploadAgent(props: PrewarmFleetProps): { object: S3Object; sha256: string } {
    const program = bundle('prewarm-agent');
    const asset = new TerraformAsset(this, 'agent', {
      path: program.codePath,
      type: AssetType.FILE,
      assetHash: program.sha256.slice(0, 32),
    });
    const object = new S3Object(this, 'agent-code', {
      bucket: props.store.bucket.bucket,
      key: `code/agent-${program.sha256}.js`,
      source: assetPath(this, asset),
      sourceHash: program.sha256,
      contentType: 'text/javascript',
      // The group launches the old code until its template has changed.
      lifecycle: { createBeforeDestroy: true },
    });
    return { object, sha256: program.sha256 };
  }

  private createRole(props: PrewarmFleetProps, code: { object: S3Object }): IamRole {
    const { store } = props;
    const grants = new Grants({ ...props, distributionIds: undefined });
    const role = new IamRole(this, 'role', {
      name: props.names('agent_role'),
      assumeRolePolicy: trustService('ec2.amazonaws.com'),
    });
    new IamRolePolicy(this, 'policy', {
      name: 'agent',
      role: role.name,
      policy: policyDocument(
        grants.takeFromQueue(),
        grants.readRequests(),
        grants.recordTasks(),
        grants.readBlobs(['success_urls.txt', 'progress/*']),
        grants.findBlobs(),
        grants.writeBlobs(['failures/*', 'progress/*']),
        grants.openHeaders(),
        grants.protectFromScaleIn(),
        {
          sid: 'FetchAgent',
          actions: ['s3:GetObject'],
          resources: [`${store.bucket.arn}/${code.object.key}`],
        },
        {
          sid: 'ShipLogs',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
          resources: [this.logGroup.arn, `${this.logGroup.arn}:*`],
        },
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
      ),
    });
    return role;
  }

  private createLaunchTemplate(
    props: PrewarmFleetProps,
    code: { object: S3Object; sha256: string },
  ): LaunchTemplate {
    const { store, queue } = props;
    const name = props.names('launch_template');
    const profile = new IamInstanceProfile(this, 'profile', {
      name: props.names('agent_profile'),
      role: this.role.name,
    });
    const environment: Environments['agent'] = {
      ...deploymentVariables(props),
      BUCKET: store.bucket.bucket,
      ...queueVariables(queue),
      HEADERS_KEY_ARN: store.headersKey.arn,
      GROUP_NAME: props.groupName,
      VISIBILITY_SECONDS: Tokenization.stringifyNumber(props.visibilitySeconds),
      MAX_DELIVERIES: Tokenization.stringifyNumber(props.maxDeliveries),
    };
    // By way of a local value: an argument of a function cannot hold both quotes and references.
    const userData = new TerraformLocal(
      this,
      'user-data',
      agentUserData({
        nodeVersion: props.nodeVersion,
        region: props.region,
        bucket: store.bucket.bucket,
        key: code.object.key,
        sha256: code.sha256,
        logGroup: this.logGroup.name,
        environment,
      }),
    );
    const tags = { Name: props.names('agent') };
    return new LaunchTemplate(this, 'Default', {
      name,
      updateDefaultVersion: true,
      imageId: props.sizing.imageId ?? AL2023_ARM64,
      iamInstanceProfile: { arn: profile.arn },
      // IMDSv2 only; one hop, so nothing behind the instance can ask for its credentials.
      metadataOptions: {
        httpEndpoint: 'enabled',
        httpTokens: 'required',
        httpPutResponseHopLimit: 1,
      },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: String(props.network.publicAddresses),
          deleteOnTermination: 'true',
          securityGroups: [...props.network.securityGroupIds],
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: {
            volumeType: 'gp3',
            volumeSize: props.sizing.volumeGib,
            encrypted: 'true',
            deleteOnTermination: 'true',
          },
        },
      ],
      // An instance whose boot failed shuts itself down.
      instanceInitiatedShutdownBehavior: 'terminate',
      userData: Fn.base64encode(userData.asString),
      tagSpecifications: [
        { resourceType: 'instance', tags },
        { resourceType: 'volume', tags },
      ],
      tags,
    });
  }

  private createGroup(props: PrewarmFleetProps): AutoscalingGroup {
    const { checkTypes: check, instanceTypes } = props.sizing;
    const conditions =
      check === false
        ? {}
        : new OfferedTypes(this, 'offered-types', {
            prop: 'instance types',
            instanceTypes,
            zones: props.network.zones,
            check,
          }).conditions;
    const isUnknown = Token.isUnresolved(instanceTypes);
    const group = new AutoscalingGroup(this, 'group', {
      name: props.groupName,
      minSize: 0,
      maxSize: props.sizing.maxInstances,
      desiredCapacity: 0,
      vpcZoneIdentifier: [...props.network.subnetIds],
      capacityRebalance: true,
      healthCheckType: 'EC2',
      defaultInstanceWarmup: 60,
      enabledMetrics: ['GroupInServiceInstances', 'GroupDesiredCapacity'],
      metricsGranularity: '1Minute',
      mixedInstancesPolicy: {
        instancesDistribution: {
          onDemandBaseCapacity: 0,
          onDemandPercentageAboveBaseCapacity: props.sizing.onDemandPercent,
          spotAllocationStrategy: 'price-capacity-optimized',
        },
        launchTemplate: {
          launchTemplateSpecification: {
            launchTemplateId: this.launchTemplate.id,
            version: Token.asString(this.launchTemplate.latestVersion),
          },
          ...(isUnknown ? {} : { override: instanceTypes.map((instanceType) => ({ instanceType })) }),
        },
      },
      // Instances that hold slices protect themselves; a destroy must not wait for them.
      forceDelete: true,
      tag: [{ key: 'Name', value: props.names('agent'), propagateAtLaunch: true }],
      lifecycle: { ignoreChanges: ['desired_capacity'], ...conditions },
    });
    if (isUnknown)
      // An iterator of the library would make a set of the types, and lose which is best.
      group.addOverride('mixed_instances_policy.launch_template.dynamic.override', {
        for_each: instanceTypes,
        content: { instance_type: ref('override.value', TerraformStack.of(this)) },
      });
    return group;
  }
}
