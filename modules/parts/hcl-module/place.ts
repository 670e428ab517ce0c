/** Where a module is: by default where the provider is, and never anywhere else. */
import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { Fn, type TerraformDataSource, TerraformLocal } from 'cdktf';
import type { HclModuleStack, ModuleVariable } from './stack';

const DEFERRED = 'set it beside depends_on on the module, which defers what is looked up to the apply';

/** Declares `region` and `partition`. */
export function regionAndPartition(stack: HclModuleStack): { region: string; partition: string } {
  return {
    region: asTheProviderHas(
      stack,
      'region',
      {
        description: `Region of the provider, as a check; null for whichever it has; ${DEFERRED}`,
        nullable: true,
        validations: [formOf('region', '^[a-z]{2,4}(-[a-z]+)+-[0-9]$', 'a Region such as eu-central-1')],
      },
      // `name` is deprecated in major 6 of the provider, `region` unknown to major 5.
      { source: new DataAwsRegion(stack, 'provider-region'), attribute: 'id' },
    ),
    partition: asTheProviderHas(
      stack,
      'partition',
      {
        description: `Partition of the provider, such as aws or aws-us-gov, as a check; null for whichever it has; ${DEFERRED}`,
        nullable: true,
        validations: [
          formOf(
            'partition',
            '^aws(-cn|-us-gov|-iso(-[a-z])?|-eusc)?$',
            'aws, aws-cn, aws-us-gov, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f or aws-eusc',
          ),
        ],
      },
      { source: new DataAwsPartition(stack, 'provider-partition'), attribute: 'partition' },
    ),
  };
}

/** Declares `account_id`, `region` and `partition`. */
export function accountAndPlace(stack: HclModuleStack): {
  accountId: string;
  region: string;
  partition: string;
} {
  const accountId = asTheProviderHas(
    stack,
    'account_id',
    {
      description: `Account of the provider, as a check; null for whichever it has; ${DEFERRED}`,
      nullable: true,
      validations: [formOf('account_id', '^[0-9]{12}$', 'the 12 digits of an account, as a string')],
    },
    { source: new DataAwsCallerIdentity(stack, 'provider-account'), attribute: 'account_id' },
  );
  return { accountId, ...regionAndPartition(stack) };
}

function formOf(name: string, pattern: string, form: string) {
  return {
    condition: `var.${name} == null ? true : can(regex("${pattern}", var.${name}))`,
    message: `${name}: allowed is ${form}; correct it, or leave it out.`,
  };
}

/** What the caller says, which must be what the provider says; a resource somewhere else would be planned without a word. */
function asTheProviderHas(
  stack: HclModuleStack,
  name: string,
  variable: ModuleVariable,
  { source, attribute }: { source: TerraformDataSource; attribute: string },
): string {
  const given = stack.variable(name, variable);
  stack.always(source);
  source.addOverride('lifecycle.postcondition', [
    {
      condition: `\${var.${name} == null ? true : var.${name} == self.${attribute}}`,
      error_message: `${name}: got \${jsonencode(var.${name})}, and the provider has \${self.${attribute}}; give the module the provider of the other place, or leave ${name} out.`,
    },
  ]);
  const local = new TerraformLocal(
    stack,
    name,
    Fn.coalesce([given.stringValue, source.getStringAttribute(attribute)]),
  );
  local.overrideLogicalId(name);
  return local.asString;
}
