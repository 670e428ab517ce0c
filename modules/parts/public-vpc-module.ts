import { Fn, Token } from 'cdktf';
import type { HclModule } from './hcl-module';
import { PublicVpc } from './public-vpc';

/** `PublicVpc` for plain Terraform: a network for the other modules. */
export const publicVpcModule: HclModule = {
  name: 'public-vpc',
  description:
    'A VPC with two public subnets, no NAT gateway and no ingress, and gateway endpoints for S3 and DynamoDB: a network for ' +
    'the modules `prewarm` and `ai-shell-ecs` where none is there.',
  usage: `
module "network" {
  source = "./dist/modules/public-vpc"
  name   = "prewarm-prod"
  region = "eu-central-1"
}`,
  build(stack) {
    const name = stack.variable('name', {
      description: 'Name of the VPC, and the first part of the names of its parts',
      validations: [{ condition: 'length(var.name) > 0', message: 'name: allowed is any name; choose one.' }],
    });
    const region = stack.variable('region', {
      description: 'AWS Region, as the provider has it',
      validations: [
        {
          condition: 'can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]$", var.region))',
          message: 'region: allowed is a Region such as eu-central-1; correct its name.',
        },
      ],
    });
    const cidrBlock = stack.variable('cidr_block', {
      description: 'Address block, /16 to /24; each subnet gets a sixteenth of it',
      default: '10.42.0.0/20',
      validations: [
        {
          condition:
            'can(cidrsubnet(var.cidr_block, 4, 1)) && can(regex("/(1[6-9]|2[0-4])$", var.cidr_block))',
          message: 'cidr_block: allowed is an IPv4 block of /16 to /24; choose one.',
        },
      ],
    });
    const zones = stack.variable('availability_zones', {
      description: 'Two zones of the Region; empty for its zones a and b',
      type: 'list(string)',
      default: [],
      validations: [
        {
          condition: 'contains([0, 2], length(distinct(var.availability_zones)))',
          message: 'availability_zones: allowed are two different ones, or none; correct the list.',
        },
      ],
    });
    const letters = ['a', 'b'].map((letter) => Fn.join('', [region.stringValue, letter]));
    function zone(index: number): string {
      return Token.asString(Fn.element(Fn.coalescelist([zones.listValue, letters]), index));
    }
    const vpc = new PublicVpc(stack, 'network', {
      name: name.stringValue,
      region: region.stringValue,
      cidrBlock: cidrBlock.stringValue,
      availabilityZones: [zone(0), zone(1)],
      gatewayEndpoints: ['s3', 'dynamodb'],
    });
    stack.output('vpc_id', { description: 'The VPC', value: vpc.vpcId });
    stack.output('subnet_ids', { description: 'Its subnets', value: [...vpc.subnetIds] });
  },
};
