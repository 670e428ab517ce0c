import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';
import { endpointService } from '../parts/partition';
import type { PrewarmNetwork } from './network';

export interface PrewarmApiEndpointProps {
  readonly names: (kind: string) => string;
  readonly region: string;
  readonly partition: string;
  readonly network: PrewarmNetwork;
  /** Networks that may connect, as CIDR blocks. */
  readonly clientCidrBlocks: readonly string[];
}

/**
 * The VPC endpoint of a private API: an `execute-api` interface endpoint in the fleet's subnets. Its private DNS answers
 * for every REST API of
 * the Region as long as one asks from within the VPC.
 */
export class PrewarmApiEndpoint extends Construct {
  readonly endpoint: VpcEndpoint;

  constructor(scope: Construct, id: string, props: PrewarmApiEndpointProps) {
    super(scope, id);
    const name = props.names('api_endpoint');
    const group = new SecurityGroup(this, 'security-group', {
      name,
      description: 'Clients of the private prewarm API',
      vpcId: props.network.vpcId,
      tags: { Name: name },
    });
    for (const cidrIpv4 of props.clientCidrBlocks) {
      new VpcSecurityGroupIngressRule(this, `clients-${cidrIpv4.replaceAll(/[./]/g, '-')}`, {
        securityGroupId: group.id,
        description: 'Clients of the API',
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        cidrIpv4,
      });
    }
    this.endpoint = new VpcEndpoint(this, 'Default', {
      vpcId: props.network.vpcId,
      serviceName: endpointService(props.region, 'execute-api', props.partition),
      vpcEndpointType: 'Interface',
      subnetIds: [...props.network.subnetIds],
      securityGroupIds: [group.id],
      privateDnsEnabled: true,
      tags: { Name: name },
    });
  }
}
