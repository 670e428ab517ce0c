import type { ModuleVariable } from '../../parts/hcl-module';
import { text } from './forms';

/** The network of the agents, and who may call the API. */
export const networkAndAccess = {
  deployment: text(
    'deployment',
    'Name of the deployment, the last part of every name',
    '^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$',
    'are 1 to 20 lower-case letters and digits, with dashes between them; choose a short name such as prod.',
  ),
  vpc_id: text(
    'vpc_id',
    'VPC of the agents; the module public-vpc makes one',
    '^vpc-',
    'is the id of a VPC, vpc-...; correct it.',
  ),
  subnet_ids: {
    description: 'Subnets of the agents, with a route to the internet',
    type: 'list(string)',
    validations: [
      {
        condition: 'length(var.subnet_ids) > 0',
        message: 'subnet_ids: allowed is one or more; name a subnet.',
      },
    ],
  },
  public_addresses: {
    description: 'Give agents public addresses; false in subnets behind a NAT gateway',
    type: 'bool',
    default: true,
  },
  create_security_group: {
    description:
      'Create a group without ingress and with egress to web ports, beside security_group_ids; null where they are empty. Set it where ' +
      'that list, as a whole, is known only at apply',
    type: 'bool',
    nullable: true,
  },
  security_group_ids: {
    description: 'Security groups of the agents',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition: 'var.create_security_group == false ? length(var.security_group_ids) > 0 : true',
        message:
          'security_group_ids: got none with create_security_group false; allowed one or more then; name a group, or leave create_security_group out.',
      },
    ],
  },
  private_api: {
    description:
      'Let the API be reached through api_vpc_endpoint_id alone; null where that is set. Set it where it is known only at apply',
    type: 'bool',
    nullable: true,
    validations: [
      {
        condition: 'var.private_api == true ? var.api_vpc_endpoint_id != null : true',
        message: 'private_api: true needs api_vpc_endpoint_id; name an execute-api endpoint.',
      },
    ],
  },
  api_vpc_endpoint_id: {
    description: 'An interface endpoint of execute-api; null for an API that is reached from the internet',
    nullable: true,
    validations: [
      {
        condition: 'var.api_vpc_endpoint_id == null ? true : can(regex("^vpce-", var.api_vpc_endpoint_id))',
        message: 'api_vpc_endpoint_id: allowed is the id of an endpoint, vpce-...; correct it.',
      },
    ],
  },
  manage_account_logging: {
    description:
      'Set the role with which API Gateway writes logs, a setting of the whole account in this Region, which needs one; only where nothing ' +
      'else sets it',
    type: 'bool',
    default: false,
  },
  api_authorization: {
    description:
      'How callers authenticate: api-key, for whoever has the key, or iam, for signed requests (SigV4) of principals that may ' +
      'execute-api:Invoke, with the key',
    default: 'api-key',
    validations: [
      {
        condition: 'contains(["api-key", "iam"], var.api_authorization)',
        message: 'api_authorization: allowed are api-key and iam; choose one.',
      },
    ],
  },
  allowed_cidr_blocks: {
    description:
      'Networks that may call an API that is reached from the internet; all others are refused before a key is looked at. Empty for any',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition:
          'alltrue([for block in var.allowed_cidr_blocks : can(regex("^([0-9]{1,3}([.][0-9]{1,3}){3}/[0-9]{1,2}|[0-9a-fA-F:]+/[0-9]{1,3})$", block))])',
        message: 'allowed_cidr_blocks: allowed are networks such as 203.0.113.0/24; correct them.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;
