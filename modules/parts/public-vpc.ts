import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';

export interface PublicVpcProps {
  /** Name of the VPC, and the first part of the names of its parts. */
  readonly name: string;
  readonly region: string;
  /** @default '10.43.0.0/20' */
  readonly cidrBlock?: string;
}

const ZONES = ['a', 'b'] as const;

/** A VPC whose instances reach the internet without a NAT gateway; nothing reaches them. */
export class PublicVpc extends Construct {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];

  constructor(scope: Construct, id: string, props: PublicVpcProps) {
    super(scope, id);
    const { name, region, cidrBlock = '10.43.0.0/20' } = props;
    const vpc = new Vpc(this, 'Default', {
      cidrBlock,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: name },
    });
    this.vpcId = vpc.id;
    // Without rules: nothing that lands in the default group can talk to anything.
    new DefaultSecurityGroup(this, 'default-security-group', { vpcId: vpc.id });
    const gateway = new InternetGateway(this, 'internet-gateway', { vpcId: vpc.id, tags: { Name: name } });
    const routes = new RouteTable(this, 'routes', {
      vpcId: vpc.id,
      route: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }],
      tags: { Name: name },
    });
    this.subnetIds = ZONES.map((zone, index) => {
      const subnet = new Subnet(this, `zone-${zone}`, {
        vpcId: vpc.id,
        availabilityZone: `${region}${zone}`,
        cidrBlock: Fn.cidrsubnet(cidrBlock, 4, index),
        mapPublicIpOnLaunch: true,
        tags: { Name: `${name}-${zone}` },
      });
      new RouteTableAssociation(this, `zone-${zone}-routes`, {
        subnetId: subnet.id,
        routeTableId: routes.id,
      });
      return subnet.id;
    });
    // Image layers come from S3: inside AWS, free of charge.
    new VpcEndpoint(this, 's3-endpoint', {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: 'Gateway',
      routeTableIds: [routes.id],
      tags: { Name: name },
    });
  }
}
