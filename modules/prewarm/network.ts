import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { Fn, type IResolvable, type TerraformCount, Token } from 'cdktf';
import { Construct } from 'constructs';
import { eachOf, oneIf } from '../parts/plan-values';
import { PublicVpc, type VpcShape, vpcFaults } from '../parts/public-vpc';

/** A VPC made for the fleet: public subnets, no NAT gateway, gateway endpoints for S3 and DynamoDB. */
export interface NewVpc extends VpcShape {
  readonly kind: 'new';
  /** @default '10.42.0.0/20' */
  readonly cidrBlock?: string;
}

/** An existing VPC. Its subnets need a route to the internet: that is where the edges are. */
export interface ExistingVpc {
  readonly kind: 'existing';
  readonly vpcId: string;
  /** One or more. */
  readonly subnetIds: readonly string[];
  /** @default - one is created: no ingress, egress on 80 and 443 */
  readonly securityGroupIds?: readonly string[];
  /** Whether a group is created beside the given ones, where only Terraform knows. @default - where none are given */
  readonly createSecurityGroup?: boolean | IResolvable;
  /** Give instances public addresses; turn it off in subnets behind a NAT gateway. @default true */
  readonly publicAddresses?: boolean | IResolvable;
}

export type NetworkProps = NewVpc | ExistingVpc;

export interface PrewarmNetworkProps {
  readonly names: (kind: string) => string;
  readonly region: string;
  readonly network: NetworkProps;
}

const DEFAULT_CIDR = '10.42.0.0/20';

/** Subnets and security group of the agents: egress only, no ingress. */
export class PrewarmNetwork extends Construct {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly publicAddresses: boolean | IResolvable;
  /** Availability Zones; undefined for an existing VPC. */
  readonly zones: readonly string[] | undefined;
  /** Address block; undefined for an existing VPC. */
  readonly cidrBlock: string | undefined;

  constructor(scope: Construct, id: string, props: PrewarmNetworkProps) {
    super(scope, id);
    const { network } = props;
    if (network.kind === 'new') {
      const { kind: _, cidrBlock = DEFAULT_CIDR, ...shape } = network;
      const vpc = new PublicVpc(this, 'Default', {
        name: props.names('vpc'),
        region: props.region,
        ...shape,
        cidrBlock,
        // Code, lists and rows travel inside AWS.
        gatewayEndpoints: ['s3', 'dynamodb'],
      });
      this.cidrBlock = cidrBlock;
      this.vpcId = vpc.vpcId;
      this.subnetIds = vpc.subnetIds;
      this.zones = vpc.zones;
      this.securityGroupIds = [this.createSecurityGroup(props).id];
      this.publicAddresses = true;
      return;
    }
    this.vpcId = network.vpcId;
    this.subnetIds = network.subnetIds;
    this.securityGroupIds = this.chooseGroups(network, props);
    this.publicAddresses = network.publicAddresses ?? true;
  }

  /** Given groups, or one of its own; both where Terraform decides. */
  private chooseGroups(
    { securityGroupIds: given, createSecurityGroup }: ExistingVpc,
    props: PrewarmNetworkProps,
  ): readonly string[] {
    if (createSecurityGroup === undefined) return given ?? [this.createSecurityGroup(props).id];
    const own = eachOf(this.createSecurityGroup(props, oneIf(createSecurityGroup)), 'id');
    return Token.asList(Fn.concat([own, given ?? []]));
  }

  private createSecurityGroup(props: PrewarmNetworkProps, count?: TerraformCount): SecurityGroup {
    const counted = count === undefined ? {} : { count };
    const name = props.names('agent_security_group');
    const group = new SecurityGroup(this, 'agent-security-group', {
      name,
      description: 'Prewarm agents: no ingress, web ports out',
      vpcId: this.vpcId,
      tags: { Name: name },
      ...counted,
    });
    const securityGroupId = count === undefined ? group.id : Token.asString(Fn.one(eachOf(group, 'id')));
    for (const port of [80, 443]) {
      new VpcSecurityGroupEgressRule(this, `egress-${port}`, {
        securityGroupId,
        description: port === 443 ? 'Edges and AWS' : 'Edges, for http URLs',
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        cidrIpv4: '0.0.0.0/0',
        ...counted,
      });
    }
    return group;
  }
}

/** Returns a sentence for each invalid value of the network's props. */
export function networkFaults(network: NetworkProps, region: string): string[] {
  if (network.kind === 'new') return vpcFaults('network', network, region);
  const faults: string[] = [];
  if (!Token.isUnresolved(network.subnetIds) && network.subnetIds.length === 0)
    faults.push('network.subnetIds: got none; allowed one or more; name public subnets of the VPC');
  if (network.createSecurityGroup === undefined && network.securityGroupIds?.length === 0)
    faults.push(
      'network.securityGroupIds: got an empty list; allowed one or more; leave it out to have a group created',
    );
  return faults;
}
