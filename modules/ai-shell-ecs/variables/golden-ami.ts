import { declare, type HclModuleStack, type ModuleVariable } from '../../parts/hcl-module';
import type { GoldenAmiProps } from '../props';

const variables = {
  golden_ami_schedule: {
    description: 'When the AMI is built again for security fixes, besides each push',
    default: 'cron(0 3 ? * sun *)',
  },
  golden_ami_keep_images: {
    description: 'AMIs kept besides those launched lately',
    type: 'number',
    default: 3,
    validations: [
      {
        condition: 'var.golden_ami_keep_images >= 1 && var.golden_ami_keep_images <= 10',
        message: 'golden_ami_keep_images: 1 to 10.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

/** When the AMI that holds the image is built, and how many stay. */
export function goldenAmiProps(stack: HclModuleStack): GoldenAmiProps {
  const { golden_ami_schedule: schedule, golden_ami_keep_images: keep } = declare(stack, variables);
  return { schedule: schedule.stringValue, keepImages: keep.numberValue };
}
