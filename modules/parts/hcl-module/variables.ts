import type { TerraformVariable } from 'cdktf';
import { LOG_RETENTION_DAYS } from '../log-retention';
import type { HclModuleStack, ModuleVariable } from './stack';

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

/** Declares `create`, as public modules have it: false makes a module of no resources, whose outputs are null or empty. */
export function declareCreate(stack: HclModuleStack): void {
  stack.variable('create', {
    description: 'Create what the module holds; false for nothing of it, as `count = 0` on the module',
    type: 'bool',
    default: true,
  });
  stack.onlyIf(stack, 'var.create');
}

/** Validation of a number of days that logs are kept. */
export function logRetention(name: string) {
  const days = LOG_RETENTION_DAYS.join(', ');
  return {
    condition: `contains([${days}], var.${name})`,
    message: `${name}: allowed ${days}; take one of them.`,
  };
}

/** Validation of a whole number between two bounds. */
export function wholeNumber(name: string, least: number, most: number, unit = '') {
  return {
    condition: `var.${name} >= ${least} && var.${name} <= ${most} && floor(var.${name}) == var.${name}`,
    message: `${name}: allowed ${least} to ${most}${unit === '' ? '' : ` ${unit}`}; choose a whole number within it.`,
  };
}
