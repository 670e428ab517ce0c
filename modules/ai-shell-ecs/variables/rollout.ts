import { declare, type HclModuleStack, type ModuleVariable, wholeNumber } from '../../parts/hcl-module';
import type { AiShellEcsProps } from '../props';

const variables = {
  prepull_timeout: {
    description: 'Seconds that all pulls of a boot may take; the lifecycle hook waits 300 more',
    type: 'number',
    default: 900,
    validations: [
      {
        condition: 'var.prepull_timeout >= 10 && var.prepull_timeout <= 6900',
        message: 'prepull_timeout: 10 to 6900 seconds.',
      },
    ],
  },
  prepull_unused_image_hours: {
    description: 'Hours after which images that no container used, and nobody wants, are removed',
    type: 'number',
    default: 168,
    validations: [
      {
        condition: 'var.prepull_unused_image_hours >= 1 && var.prepull_unused_image_hours <= 8760',
        message: 'prepull_unused_image_hours: 1 to 8760 hours.',
      },
    ],
  },
  prepull_min_free_mib: {
    description: 'Free disk in MiB below which images that no container uses are removed',
    type: 'number',
    default: 4096,
    validations: [wholeNumber('prepull_min_free_mib', 0, 1_000_000, 'MiB')],
  },
  prepull_keep_superseded: {
    description: 'Superseded digests kept per repository, for a quick rollback',
    type: 'number',
    default: 1,
    validations: [wholeNumber('prepull_keep_superseded', 0, 100)],
  },
  prepull_on_failure: {
    description: 'ABANDON replaces an instance that could not pull, CONTINUE uses it cold',
    default: 'ABANDON',
    validations: [
      {
        condition: 'contains(["ABANDON", "CONTINUE"], var.prepull_on_failure)',
        message: 'prepull_on_failure: ABANDON or CONTINUE.',
      },
    ],
  },
  user_data_before_gate: {
    description: 'Shell text that runs at the first boot before the pre-pull, which fails where it does',
    default: '',
  },
  user_data_after_gate: {
    description: 'Shell text that runs at the first boot after the pre-pull; no launch waits for it',
    default: '',
  },
  instance_refresh_min_healthy_percentage: {
    description: 'Least share of healthy instances during the refresh that an apply starts, in percent',
    type: 'number',
    default: 100,
    validations: [
      {
        condition:
          'var.instance_refresh_min_healthy_percentage >= 10 && var.instance_refresh_min_healthy_percentage <= 100',
        message: 'instance_refresh_min_healthy_percentage: 10 to 100 percent.',
      },
    ],
  },
  instance_refresh_max_healthy_percentage: {
    description: 'Greatest share of healthy instances during the refresh that an apply starts, in percent',
    type: 'number',
    default: 110,
    validations: [
      {
        condition:
          'var.instance_refresh_max_healthy_percentage >= 100 && var.instance_refresh_max_healthy_percentage - var.instance_refresh_min_healthy_percentage <= 100',
        message:
          'instance_refresh_max_healthy_percentage: 100 or more, and at most 100 above the least share.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

/**
 * How a new image gets onto the instances: the pull before registration, what runs around it, and the refresh of the group, which an apply starts.
 * One by command is not here: what Terraform ignores of a group cannot hang on a variable.
 */
export function rolloutProps(
  stack: HclModuleStack,
): Pick<AiShellEcsProps, 'prepull' | 'refresh' | 'userData'> {
  const declared = declare(stack, variables);
  return {
    prepull: {
      timeoutSeconds: declared.prepull_timeout.numberValue,
      minFreeMib: declared.prepull_min_free_mib.numberValue,
      keepSuperseded: declared.prepull_keep_superseded.numberValue,
      unusedImageHours: declared.prepull_unused_image_hours.numberValue,
      // The variable's own validation allows nothing else.
      onFailure: declared.prepull_on_failure.stringValue as 'ABANDON' | 'CONTINUE',
    },
    userData: {
      beforeGate: declared.user_data_before_gate.stringValue,
      afterGate: declared.user_data_after_gate.stringValue,
    },
    refresh: {
      minHealthyPercent: declared.instance_refresh_min_healthy_percentage.numberValue,
      maxHealthyPercent: declared.instance_refresh_max_healthy_percentage.numberValue,
    },
  };
}
