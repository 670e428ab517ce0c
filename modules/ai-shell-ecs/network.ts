import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Fn, type TerraformCount, Token } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { endpointService } from '../parts/partition';
import { eachOf, oneIf } from '../parts/plan-values';
import { withTags } from '../parts/tags';
import type { AwsLocation } from './aws-location';
import type { NetworkProps, VpcEndpointsProps } from './props';
import { type AiShellEcsSettings, imageSourcesOf } from './settings';
import { mountTargetGroups } from './task-volumes';

/** What instances, and this construct's pre-pull, talk to; image layers come from S3. */
const INSTANCE_SERVICES = [
  'ecr.api',
  'ecr.dkr',
  'ecs',
  'ecs-agent',
  'ecs-telemetry',
  // The agent reads the instance's tags before it registers, and ends for good where it cannot.
  'ec2',
  'logs',
  'ssm',
  'ssmmessages',
  'autoscaling',
] as const;

const EVERYWHERE = '0.0.0.0/0';
const EVERYWHERE_IPV6 = '::/0';
/**
 * From which a host takes the ports of containers on its bridge.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
const EPHEMERAL_PORTS = [32_768, 65_535] as const;

export interface InstanceNetworkProps {
  readonly location: AwsLocation;
  readonly settings: AiShellEcsSettings;
}

export type SecurityGroupRule = VpcSecurityGroupEgressRule | VpcSecurityGroupIngressRule;

function isRule(child: IConstruct): child is SecurityGroupRule {
  return child instanceof VpcSecurityGroupEgressRule || child instanceof VpcSecurityGroupIngressRule;
}

/** Security groups of the instances and, on request, private ways to the AWS services. */
export class InstanceNetwork extends Construct {
  readonly securityGroupIds: string[];
  /** The group that is made here, with its rules beside it; `undefined` where all are given. */
  readonly securityGroup: SecurityGroup | undefined;
  /** The rules of that group. */
  readonly securityGroupRules: readonly SecurityGroupRule[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: InstanceNetworkProps,
  ) {
    super(scope, id);
    const { network } = props.settings;
    const own = this.ownGroup(network);
    this.securityGroup = own;
    this.securityGroupIds = this.chooseGroups(network, own);
    this.securityGroupRules = this.node.children.filter(isRule);
    if (network.endpoints !== undefined) this.addEndpoints(network.endpoints);
  }

  private ownGroup({
    securityGroupIds: given,
    createSecurityGroup,
  }: NetworkProps): SecurityGroup | undefined {
    if (createSecurityGroup !== undefined) return this.egressOnlyGroup(oneIf(createSecurityGroup));
    return given === undefined ? this.egressOnlyGroup() : undefined;
  }

  /** Given groups, or one of its own; both where Terraform decides. */
  private chooseGroups(
    { securityGroupIds: given = [], createSecurityGroup }: NetworkProps,
    own: SecurityGroup | undefined,
  ): string[] {
    if (own === undefined) return [...given];
    return createSecurityGroup === undefined ? [own.id] : Token.asList(Fn.concat([eachOf(own, 'id'), given]));
  }

  private egressOnlyGroup(count?: TerraformCount): SecurityGroup {
    const counted = count === undefined ? {} : { count };
    const { name, network, tags } = this.props.settings;
    const group = new SecurityGroup(this, 'Default', {
      name: `${name}-ecs-instance`,
      // Another text would replace the group, under a name that the old one still has.
      description: 'Instances: nothing in, HTTPS and DNS out',
      vpcId: network.vpcId,
      tags: withTags(tags, { Name: `${name}-ecs-instance` }),
      // In another VPC: instances of the old one still use the old group.
      lifecycle: { createBeforeDestroy: true },
      ...counted,
    });
    const securityGroupId = count === undefined ? group.id : Token.asString(Fn.one(eachOf(group, 'id')));
    // No DNS: security groups do not filter what goes to the resolver of the VPC.
    const https = { securityGroupId, description: 'https', ipProtocol: 'tcp', fromPort: 443, toPort: 443 };
    new VpcSecurityGroupEgressRule(this, 'https', { ...https, cidrIpv4: EVERYWHERE, ...counted });
    if (network.ipv6 === true)
      new VpcSecurityGroupEgressRule(this, 'https-ipv6', {
        ...https,
        cidrIpv6: EVERYWHERE_IPV6,
        ...counted,
      });
    this.connectTask(securityGroupId);
    return group;
  }

  /** Out to the mount targets of the shells' file systems, in from their load balancer; groups, not addresses. */
  private connectTask(securityGroupId: string): void {
    const { given, task } = this.props.settings;
    mountTargetGroups(task?.volumes ?? {}).forEach((referencedSecurityGroupId, index) => {
      new VpcSecurityGroupEgressRule(this, `nfs-${index}`, {
        securityGroupId,
        description: 'nfs',
        ipProtocol: 'tcp',
        fromPort: 2049,
        toPort: 2049,
        referencedSecurityGroupId,
      });
    });
    const loadBalancer = given.service?.loadBalancer;
    if (loadBalancer?.securityGroupId === undefined) return;
    const [fromPort, toPort] =
      task?.networkMode === 'awsvpc'
        ? [loadBalancer.containerPort, loadBalancer.containerPort]
        : EPHEMERAL_PORTS;
    new VpcSecurityGroupIngressRule(this, 'load-balancer', {
      securityGroupId,
      description: 'load balancer',
      ipProtocol: 'tcp',
      fromPort,
      toPort,
      referencedSecurityGroupId: loadBalancer.securityGroupId,
    });
  }

  private addEndpoints(endpoints: VpcEndpointsProps): void {
    const { location } = this.props;
    const { name, network, tags } = this.props.settings;
    const group = new SecurityGroup(this, 'endpoints', {
      name: `${name}-ecs-endpoints`,
      description: 'VPC endpoints: HTTPS from the VPC',
      vpcId: network.vpcId,
      tags: withTags(tags, { Name: `${name}-ecs-endpoints` }),
    });
    new VpcSecurityGroupIngressRule(this, 'endpoints-https', {
      securityGroupId: group.id,
      description: 'https',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIpv4: endpoints.vpcCidr,
    });
    for (const service of interfaceServices(this.props.settings)) {
      new VpcEndpoint(this, `endpoint-${service.replace('.', '-')}`, {
        vpcId: network.vpcId,
        serviceName: endpointService(location.region, service, location.partition),
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds: [...network.subnetIds],
        securityGroupIds: [group.id],
        tags: withTags(tags, { Name: `${name}-${service}` }),
      });
    }
    new VpcEndpoint(this, 'endpoint-s3', {
      vpcId: network.vpcId,
      serviceName: `com.amazonaws.${location.region}.s3`,
      vpcEndpointType: 'Gateway',
      routeTableIds: [...endpoints.routeTableIds],
      tags: withTags(tags, { Name: `${name}-s3` }),
    });
  }
}

/** The services of instances, and of those parts that are switched on. */
function interfaceServices(settings: AiShellEcsSettings): string[] {
  const { given, task } = settings;
  const hasLogin = imageSourcesOf(settings).some(
    (source) => source.from === 'digest' && source.credentialsSecretArn !== undefined,
  );
  const hasSecret = [task, ...Object.values(task?.sidecars ?? {})]
    .flatMap((of) => Object.values(of?.secrets ?? {}))
    .some((arn) => arn.includes(':secretsmanager:'));
  return [
    ...INSTANCE_SERVICES,
    // Sessions are encrypted with a key of the account, on the instance.
    ...(given.exec === false ? [] : ['kms']),
    // The build host fetches its component.
    ...(given.goldenAmi === undefined ? [] : ['imagebuilder']),
    ...(hasSecret || hasLogin ? ['secretsmanager'] : []),
  ];
}
