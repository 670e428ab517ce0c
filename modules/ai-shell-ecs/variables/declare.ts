import type { TerraformVariable } from 'cdktf';
import type { HclModuleStack, ModuleVariable } from '../../parts/hcl-module';

type Declared<Names extends Record<string, ModuleVariable>> = Readonly<
  Record<keyof Names, TerraformVariable>
>;

/** Declares the variables in the stack, in their order, and returns each by its name. */
export function declare<Names extends Record<string, ModuleVariable>>(
  stack: HclModuleStack,
  variables: Names,
): Declared<Names> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, stack.variable(name, variable)]),
  ) as Declared<Names>;
}
