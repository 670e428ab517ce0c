import type { HclModuleStack, ModuleVariable } from '../../parts/hcl-module';
import type { AiShellEcsProps } from '../props';
import { declare } from './declare';

const variables = {
  vpc_id: { description: 'VPC of the instances' },
  subnet_ids: {
    description: 'Subnets of the instances, with a way to the AWS services',
    type: 'list(string)',
    validations: [{ condition: 'length(var.subnet_ids) > 0', message: 'subnet_ids: at least one subnet.' }],
  },
  security_group_ids: {
    description: 'Security groups of the instances; empty for one of its own, without ingress',
    type: 'list(string)',
    default: [],
  },
} as const satisfies Record<string, ModuleVariable>;

/** Where the instances are. */
export function networkProps(stack: HclModuleStack): AiShellEcsProps['network'] {
  const declared = declare(stack, variables);
  return {
    vpcId: declared.vpc_id.stringValue,
    subnetIds: declared.subnet_ids.listValue,
    securityGroupIds: declared.security_group_ids.listValue,
  };
}
