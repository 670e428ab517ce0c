import type { IResolvable } from 'cdktf';

export interface NetworkProps {
  readonly vpcId: string;
  /** Subnets of the instances, of at least one Availability Zone; private ones need a NAT gateway or `endpoints`. */
  readonly subnetIds: readonly string[];
  /** @default - one new group: no ingress, egress by HTTPS and DNS only */
  readonly securityGroupIds?: readonly string[];
  /** Whether a group is created beside the given ones, where only Terraform knows. @default - where none are given */
  readonly createSecurityGroup?: boolean | IResolvable;
  /** The subnets are dual-stack: instances reach the services by IPv6 too. Subnets of IPv6 alone will not do. @default false */
  readonly ipv6?: boolean;
  /** VPC endpoints to create, so that the subnets need no way to the internet. @default none */
  readonly endpoints?: VpcEndpointsProps;
}

export interface VpcEndpointsProps {
  /** Route tables that get the S3 gateway endpoint: ECR serves image layers from S3. */
  readonly routeTableIds: readonly string[];
  /** The addresses that may reach the endpoints. */
  readonly vpcCidr: string;
}
