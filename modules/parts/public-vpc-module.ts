import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { Fn, Token } from 'cdktf';
import {
  declare,
  declareCreate,
  type HclModule,
  logRetention,
  type ModuleVariable,
  regionAndPartition,
} from './hcl-module';
import { PublicVpc } from './public-vpc';

const retention = logRetention('flow_log_retention_in_days');

const variables = {
  name: {
    description: 'Name of the VPC, and the first part of the names of its parts',
    validations: [{ condition: 'length(var.name) > 0', message: 'name: allowed is any name; choose one.' }],
  },
  cidr_block: {
    description: 'Address block, /16 to /24; each subnet gets a sixteenth of it',
    default: '10.42.0.0/20',
    validations: [
      {
        condition: 'can(cidrsubnet(var.cidr_block, 4, 1)) && can(regex("/(1[6-9]|2[0-4])$", var.cidr_block))',
        message: 'cidr_block: allowed is an IPv4 block of /16 to /24; choose one.',
      },
    ],
  },
  availability_zones: {
    description:
      'Two zones of the Region; empty for the first two that the account has. Name them where the network is to stay',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition: 'contains([0, 2], length(distinct(var.availability_zones)))',
        message: 'availability_zones: allowed are two different ones, or none; correct the list.',
      },
    ],
  },
  flow_log_retention_in_days: {
    description:
      'Record the traffic of the VPC in CloudWatch Logs, and keep it for so many days, one of those that CloudWatch Logs knows; null for no record',
    type: 'number',
    nullable: true,
    validations: [
      {
        condition: `var.flow_log_retention_in_days == null ? true : ${retention.condition}`,
        message: retention.message,
      },
    ],
  },
  tags: { description: 'Tags of every resource', type: 'map(string)', default: {} },
} as const satisfies Record<string, ModuleVariable>;

/** `PublicVpc` for plain Terraform: a network for the other modules. */
export const publicVpcModule: HclModule = {
  name: 'public-vpc',
  description:
    'A VPC with two public subnets, no NAT gateway and no ingress, and gateway endpoints for S3 and DynamoDB: a network for ' +
    'the modules `prewarm` and `ai-shell-ecs` where none is there.',
  usage: `
module "network" {
  source = "SOURCE/public-vpc"
  name   = "prewarm-prod"
}`,
  build(stack) {
    declareCreate(stack);
    const declared = declare(stack, variables);
    const { region } = regionAndPartition(stack);
    const cidrBlock = declared.cidr_block.stringValue;
    const found = new DataAwsAvailabilityZones(stack, 'zones', {
      state: 'available',
      // Zones that an account has to ask for, such as Local Zones, are none to put a service into unasked.
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    });
    const zones = Fn.coalescelist([declared.availability_zones.listValue, Fn.sort(found.names)]);
    function zone(index: number): string {
      return Token.asString(Fn.element(zones, index));
    }
    const vpc = new PublicVpc(stack, 'network', {
      name: declared.name.stringValue,
      region,
      cidrBlock,
      availabilityZones: [zone(0), zone(1)],
      gatewayEndpoints: ['s3', 'dynamodb'],
      flowLogDays: declared.flow_log_retention_in_days.numberValue,
      tags: Token.asStringMap(declared.tags.value),
    });
    if (vpc.flowLogs !== undefined) stack.onlyIf(vpc.flowLogs, 'var.flow_log_retention_in_days != null');
    stack.output('vpc_id', { description: 'The VPC', value: vpc.vpcId });
    stack.output('vpc_cidr_block', { description: 'Its address block', value: cidrBlock });
    stack.output('subnet_ids', { description: 'Its subnets', value: [...vpc.subnetIds] });
    stack.output('availability_zones', {
      description: 'Zones of the subnets, in their order',
      value: [zone(0), zone(1)],
    });
    stack.output('route_table_id', { description: 'Route table of the subnets', value: vpc.routeTableId });
  },
};
