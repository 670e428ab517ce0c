import { ref } from 'cdktf';
import { declare, type HclModuleStack, type ModuleVariable } from '../../parts/hcl-module';
import type { AiShellEcsProps } from '../props';

const variables = {
  vpc_id: { description: 'VPC of the instances' },
  subnet_ids: {
    description: 'Subnets of the instances, with a way to the AWS services',
    type: 'list(string)',
    validations: [
      {
        condition: 'length(var.subnet_ids) > 0',
        message:
          'subnet_ids: got none; allowed one or more, better one in each of two Availability Zones; add them.',
      },
    ],
  },
  create_security_group: {
    description:
      'Create a group without ingress and with egress by HTTPS, beside security_group_ids; null where they are empty. Set it where that ' +
      'list, as a whole, is known only at apply',
    type: 'bool',
    nullable: true,
  },
  security_group_ids: {
    description: 'Security groups of the instances',
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
} as const satisfies Record<string, ModuleVariable>;

/** Where the instances are. */
export function networkProps(stack: HclModuleStack): AiShellEcsProps['network'] {
  const declared = declare(stack, variables);
  return {
    vpcId: declared.vpc_id.stringValue,
    subnetIds: declared.subnet_ids.listValue,
    securityGroupIds: declared.security_group_ids.listValue,
    createSecurityGroup: ref(
      '(var.create_security_group == null ? length(var.security_group_ids) == 0 : var.create_security_group)',
      stack,
    ),
  };
}
