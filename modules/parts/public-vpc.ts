import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { Fn, Token } from 'cdktf';
import { Construct } from 'constructs';
import { FlowLogs } from './flow-logs';
import { logRetentionFaults } from './log-retention';
import { type Tags, tagResources } from './tags';

/** Address block and Availability Zones of a VPC that is created. */
export interface VpcShape {
  /** Address block, /16 to /24; each zone gets a sixteenth of it. */
  readonly cidrBlock?: string;
  /**
   * Two to ten, of the Region.
   * @default - a and b; a and c in ap-northeast-1, whose zone b takes no new customers; none in us-west-1, where they differ by account
   */
  readonly availabilityZones?: readonly string[];
  /** Record the traffic of the VPC in CloudWatch Logs, and keep it for so many days; one of the retentions of log groups. @default - none is recorded */
  readonly flowLogDays?: number;
}

export interface PublicVpcProps extends VpcShape {
  /** Name of the VPC, and the first part of the names of its parts. */
  readonly name: string;
  readonly region: string;
  /** @default '10.43.0.0/20' */
  readonly cidrBlock?: string;
  /** Services that are reached inside AWS, free of charge. @default - S3 */
  readonly gatewayEndpoints?: readonly ('s3' | 'dynamodb')[];
  /** Tags of every resource. @default none */
  readonly tags?: Tags;
}

/** Zones that every account has; the letters are dealt out per account, and some are closed to newer ones. */
function zonesOf(region: string): readonly string[] {
  return (region === 'ap-northeast-1' ? ['a', 'c'] : ['a', 'b']).map((letter) => `${region}${letter}`);
}

/** The last letter of a zone's name, which is all that differs within a Region. */
function letterOf(zone: string, index: number): string {
  // What only Terraform knows has no letter yet: zones are counted then.
  const plain = Token.isUnresolved(zone) ? (['a', 'b'][index] ?? '') : zone;
  return plain.slice(-1);
}

/** A VPC whose instances reach the internet without a NAT gateway; nothing reaches them. */
export class PublicVpc extends Construct {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Availability Zones of the subnets. */
  readonly zones: readonly string[];
  readonly routeTableId: string;
  /** Only with `flowLogDays`. */
  readonly flowLogs: FlowLogs | undefined;

  constructor(scope: Construct, id: string, props: PublicVpcProps) {
    super(scope, id);
    const { name, region, cidrBlock = '10.43.0.0/20', gatewayEndpoints = ['s3'] } = props;
    tagResources(this, props.tags);
    const vpc = new Vpc(this, 'Default', {
      cidrBlock,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: name },
    });
    this.vpcId = vpc.id;
    const { flowLogDays: retentionDays } = props;
    this.flowLogs =
      retentionDays === undefined ? undefined : new FlowLogs(this, 'flow-logs', { name, vpc, retentionDays });
    // Without rules: nothing that lands in the default group can talk to anything.
    new DefaultSecurityGroup(this, 'default-security-group', { vpcId: vpc.id });
    const gateway = new InternetGateway(this, 'internet-gateway', { vpcId: vpc.id, tags: { Name: name } });
    const routes = new RouteTable(this, 'routes', {
      vpcId: vpc.id,
      route: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }],
      tags: { Name: name },
    });
    this.routeTableId = routes.id;
    this.zones = props.availabilityZones ?? zonesOf(region);
    this.subnetIds = this.zones.map((availabilityZone, index) => {
      const letter = letterOf(availabilityZone, index);
      const subnet = new Subnet(this, `zone-${letter}`, {
        vpcId: vpc.id,
        availabilityZone,
        cidrBlock: Fn.cidrsubnet(cidrBlock, 4, index),
        mapPublicIpOnLaunch: true,
        tags: { Name: `${name}-${letter}` },
      });
      new RouteTableAssociation(this, `zone-${letter}-routes`, {
        subnetId: subnet.id,
        routeTableId: routes.id,
      });
      return subnet.id;
    });
    for (const service of gatewayEndpoints) {
      new VpcEndpoint(this, `${service}-endpoint`, {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: 'Gateway',
        routeTableIds: [routes.id],
        tags: { Name: name },
      });
    }
  }
}

/** Returns a sentence for each invalid value of a VPC's shape; `prefix` is the path of its props. */
export function vpcFaults(
  prefix: string,
  { cidrBlock, availabilityZones: zones, flowLogDays }: VpcShape,
  region: string,
): string[] {
  const faults =
    flowLogDays === undefined ? [] : [...logRetentionFaults(`${prefix}.flowLogDays`, flowLogDays)];
  if (region === 'us-west-1' && zones === undefined)
    faults.push(
      `${prefix}.availabilityZones: got none; an account has two of the three zones of us-west-1, each account other ones; name yours, which \`aws ec2 describe-availability-zones --region us-west-1\` lists`,
    );
  if (
    cidrBlock !== undefined &&
    !Token.isUnresolved(cidrBlock) &&
    !/^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-4])$/.test(cidrBlock)
  )
    faults.push(
      `${prefix}.cidrBlock: got ${cidrBlock}; allowed is an IPv4 block of /16 to /24; choose one, such as 10.42.0.0/20`,
    );
  if (zones && (zones.length < 2 || zones.length > 10))
    faults.push(
      `${prefix}.availabilityZones: got ${zones.length}; allowed 2 to 10, as capacity differs by zone; ${zones.length < 2 ? 'name another one' : 'leave some out'}`,
    );
  if (zones && new Set(zones).size < zones.length)
    faults.push(
      `${prefix}.availabilityZones: got ${zones.join(', ')}; allowed is each once; leave the second out`,
    );
  return faults;
}
