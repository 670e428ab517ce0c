import { Fn, ref, TerraformLocal } from 'cdktf';
import type { RoleProps } from '../iam-roles';
import type { HclModuleStack, ModuleVariable } from './stack';
import { declare } from './variables';

const variables = {
  iam_role_name_prefix: {
    description:
      'First part of the names of roles, such as team-; a name of more than 64 characters is cut, and ends with a digest',
    default: '',
    validations: [
      {
        condition: 'can(regex("^[A-Za-z0-9+=,.@_-]{0,32}$", var.iam_role_name_prefix))',
        message: 'iam_role_name_prefix: up to 32 letters, digits and +=,.@_-.',
      },
    ],
  },
  iam_role_name_suffix: {
    description:
      'Last part of the names of roles, which hold in every Region; null for the Region without its dashes, empty for none',
    nullable: true,
    validations: [
      {
        condition:
          'var.iam_role_name_suffix == null ? true : can(regex("^[A-Za-z0-9+=,.@_-]{0,20}$", var.iam_role_name_suffix))',
        message: 'iam_role_name_suffix: up to 20 letters, digits and +=,.@_-.',
      },
    ],
  },
  iam_role_path: {
    description: 'Path of roles and instance profiles, such as /teams/shell/',
    default: '/',
    validations: [
      {
        condition: 'can(regex("^/(|[!-~]{1,510}/)$", var.iam_role_path))',
        message: 'iam_role_path: begins and ends with a slash, such as /teams/shell/.',
      },
    ],
  },
  iam_role_permissions_boundary: {
    description: 'ARN of the policy that bounds what the roles may do; null for none',
    nullable: true,
  },
} as const satisfies Record<string, ModuleVariable>;

/** Declares what an organization says of every role. By default names hold the Region: a module of one name in two Regions makes two sets. */
export function roleProps(stack: HclModuleStack, region: string): RoleProps {
  const declared = declare(stack, variables);
  const suffix = new TerraformLocal(
    stack,
    'iam_role_name_suffix',
    Fn.conditional(
      ref('(var.iam_role_name_suffix == null)', stack),
      Fn.join('', ['-', Fn.replace(region, '-', '')]),
      ref('var.iam_role_name_suffix', stack),
    ),
  );
  suffix.overrideLogicalId('iam_role_name_suffix');
  return {
    namePrefix: declared.iam_role_name_prefix.stringValue,
    nameSuffix: suffix.asString,
    path: declared.iam_role_path.stringValue,
    permissionsBoundaryArn: declared.iam_role_permissions_boundary.stringValue,
  };
}
