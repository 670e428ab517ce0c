import { declare, type HclModuleStack, type ModuleVariable } from '../../parts/hcl-module';
import type { AiShellEcsProps, InPlaceRolloutProps } from '../props';

const variables = {
  rollout_ready_percent: {
    description:
      'Share of the hosts in service that must hold the new images before tasks of them start, in percent',
    type: 'number',
    default: 100,
    validations: [
      {
        condition: 'var.rollout_ready_percent >= 1 && var.rollout_ready_percent <= 100',
        message: 'rollout_ready_percent: 1 to 100 percent.',
      },
    ],
  },
  rollout_pool_renewal: {
    description:
      'renew has hosts that sleep in the pool replaced before tasks of the new images start, lazy leaves them to scale-out',
    default: 'renew',
    validations: [
      {
        condition: 'contains(["renew", "lazy"], var.rollout_pool_renewal)',
        message: 'rollout_pool_renewal: renew or lazy.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

/** How a new image gets onto the hosts that are there, which an apply starts. */
export function inPlaceProps(stack: HclModuleStack): Pick<AiShellEcsProps, 'rollout' | 'inPlaceRollout'> {
  const { rollout_pool_renewal: renewal, rollout_ready_percent: ready } = declare(stack, variables);
  return {
    rollout: 'in-place',
    inPlaceRollout: {
      readyPercent: ready.numberValue,
      // The variable's own validation allows nothing else.
      poolRenewal: renewal.stringValue as NonNullable<InPlaceRolloutProps['poolRenewal']>,
    },
  };
}
