import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';

/** A VPC made for the fleet: public subnets, no NAT gateway, gateway endpoints for S3 and DynamoDB. */
export interface NewVpc {
  readonly kind: 'new';
  /** @default '10.42.0.0/20' */
  readonly cidrBlock?: string;
  /** Two or more. @default - the zones a and b of the Region */
  readonly availabilityZones?: readonly string[];
}

/** A VPC that is there. Its subnets need a route to the internet: that is where the edges are. */
export interface ExistingVpc {
  readonly kind: 'existing';
  readonly vpcId: string;
  /** One or more. */
  readonly subnetIds: readonly string[];
  /** @default - one is created: no ingress, egress on 80 and 443 */
  readonly securityGroupIds?: readonly string[];
}

export type NetworkProps = NewVpc | ExistingVpc;

export interface PrewarmNetworkProps {
  readonly names: (kind: string) => string;
  readonly region: string;
  readonly network: NetworkProps;
}

const DEFAULT_CIDR = '10.42.0.0/20';

/** Where the agents run: they call out, nobody calls in. */
export class PrewarmNetwork extends Construct {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Known only of a VPC made here. */
  readonly cidrBlock: string | undefined;

  constructor(scope: Construct, id: string, props: PrewarmNetworkProps) {
    super(scope, id);
    const { network } = props;
    if (network.kind === 'new') {
      this.cidrBlock = network.cidrBlock ?? DEFAULT_CIDR;
      const made = this.createVpc(props, network, this.cidrBlock);
      this.vpcId = made.vpcId;
      this.subnetIds = made.subnetIds;
      this.securityGroupIds = [this.createSecurityGroup(props)];
      return;
    }
    this.vpcId = network.vpcId;
    this.subnetIds = network.subnetIds;
    this.securityGroupIds = network.securityGroupIds ?? [this.createSecurityGroup(props)];
  }

  private createVpc(
    props: PrewarmNetworkProps,
    network: NewVpc,
    cidrBlock: string,
  ): { vpcId: string; subnetIds: string[] } {
    const zones = network.availabilityZones ?? [`${props.region}a`, `${props.region}b`];
    const vpc = new Vpc(this, 'Default', {
      cidrBlock,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: props.names('vpc') },
    });
    // Without rules: nothing that lands in the default group can talk to anything.
    new DefaultSecurityGroup(this, 'default-security-group', { vpcId: vpc.id });
    const gateway = new InternetGateway(this, 'internet-gateway', {
      vpcId: vpc.id,
      tags: { Name: props.names('internet_gateway') },
    });
    const routes = new RouteTable(this, 'routes', {
      vpcId: vpc.id,
      route: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }],
      tags: { Name: props.names('routes') },
    });
    const subnetIds = zones.map((availabilityZone, index) => {
      const zone = `zone-${'abcdefghij'[index] ?? index}`;
      const subnet = new Subnet(this, zone, {
        vpcId: vpc.id,
        availabilityZone,
        cidrBlock: Fn.cidrsubnet(cidrBlock, 4, index),
        tags: { Name: props.names(`public_${index + 1}`) },
      });
      new RouteTableAssociation(this, `${zone}-routes`, { subnetId: subnet.id, routeTableId: routes.id });
      return subnet.id;
    });
    // Code, lists and rows travel inside AWS, free of charge.
    for (const service of ['s3', 'dynamodb'] as const) {
      new VpcEndpoint(this, `${service}-endpoint`, {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${props.region}.${service}`,
        vpcEndpointType: 'Gateway',
        routeTableIds: [routes.id],
        tags: { Name: props.names(`${service}_endpoint`) },
      });
    }
    return { vpcId: vpc.id, subnetIds };
  }

  private createSecurityGroup(props: PrewarmNetworkProps): string {
    const name = props.names('agent_security_group');
    const group = new SecurityGroup(this, 'agent-security-group', {
      name,
      description: 'Prewarm agents: no ingress, web ports out',
      vpcId: this.vpcId,
      tags: { Name: name },
    });
    for (const port of [80, 443]) {
      new VpcSecurityGroupEgressRule(this, `egress-${port}`, {
        securityGroupId: group.id,
        description: port === 443 ? 'Edges and AWS' : 'Edges, for http URLs',
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        cidrIpv4: '0.0.0.0/0',
      });
    }
    return group.id;
  }
}

/** What is wrong with the network's props, as sentences. */
export const networkFaults = (network: NetworkProps): string[] => {
  const faults: string[] = [];
  if (network.kind === 'new' && network.availabilityZones && network.availabilityZones.length < 2)
    faults.push(
      `network.availabilityZones: got ${network.availabilityZones.length}; allowed 2 to 10, as Spot capacity differs by zone; name another one`,
    );
  if (network.kind === 'new' && network.availabilityZones && network.availabilityZones.length > 10)
    faults.push(
      `network.availabilityZones: got ${network.availabilityZones.length}; allowed 2 to 10; leave some out`,
    );
  if (network.kind === 'existing' && network.subnetIds.length === 0)
    faults.push('network.subnetIds: got none; allowed one or more; name public subnets of the VPC');
  if (network.kind === 'existing' && network.securityGroupIds?.length === 0)
    faults.push(
      'network.securityGroupIds: got an empty list; allowed one or more; leave it out to have a group created',
    );
  return faults;
};
