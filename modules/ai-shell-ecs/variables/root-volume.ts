import { Fn, Op, Token } from 'cdktf';
import { declare, type HclModuleStack, type ModuleVariable } from '../../parts/hcl-module';
import { valueIf } from '../../parts/plan-values';
import type { RootVolumeProps } from '../props';

const variables = {
  root_volume_size: {
    description: 'Root volume in GiB',
    type: 'number',
    default: 50,
    validations: [
      {
        condition: 'var.root_volume_size >= 30 && var.root_volume_size <= 65536',
        message: 'root_volume_size: 30 to 65536 GiB.',
      },
    ],
  },
  root_volume_iops: {
    description: 'IOPS of the root volume',
    type: 'number',
    default: 3000,
    validations: [
      {
        condition: 'var.root_volume_iops >= 3000 && var.root_volume_iops <= 80000',
        message: 'root_volume_iops: 3000 to 80000 IOPS.',
      },
      {
        condition: 'var.root_volume_iops <= 500 * var.root_volume_size',
        message: 'root_volume_iops: at most 500 a GiB of root_volume_size; lower it, or enlarge the volume.',
      },
    ],
  },
  root_volume_throughput: {
    description: 'Throughput of the root volume in MiB/s',
    type: 'number',
    default: 250,
    validations: [
      {
        condition: 'var.root_volume_throughput >= 125 && var.root_volume_throughput <= 2000',
        message: 'root_volume_throughput: 125 to 2000 MiB/s.',
      },
      {
        condition: '4 * var.root_volume_throughput <= var.root_volume_iops',
        message:
          'root_volume_throughput: at most a quarter of root_volume_iops in MiB/s; lower it, or raise root_volume_iops.',
      },
    ],
  },
  root_volume_initialization_rate: {
    description:
      'MiB/s at which a volume is read from its snapshot right after launch, at a price; 0 for lazily',
    type: 'number',
    default: 0,
    validations: [
      {
        condition:
          'var.root_volume_initialization_rate == 0 || (var.root_volume_initialization_rate >= 100 && var.root_volume_initialization_rate <= 300)',
        message: 'root_volume_initialization_rate: 0, or 100 to 300 MiB/s.',
      },
    ],
  },
  root_volume_kms_key_arn: {
    description: 'Key of the root volume; empty for the default key of the account',
    default: '',
  },
} as const satisfies Record<string, ModuleVariable>;

/** The disk that holds the pulled images. */
export function rootVolumeProps(stack: HclModuleStack): RootVolumeProps {
  const declared = declare(stack, variables);
  const initializationRate = declared.root_volume_initialization_rate.numberValue;
  const keyArn = declared.root_volume_kms_key_arn.stringValue;
  return {
    sizeGib: declared.root_volume_size.numberValue,
    iops: declared.root_volume_iops.numberValue,
    throughputMibps: declared.root_volume_throughput.numberValue,
    initializationRateMibps: Token.asNumber(valueIf(Op.gte(initializationRate, 1), initializationRate)),
    kmsKeyArn: Token.asString(valueIf(Op.gte(Fn.lengthOf(keyArn), 1), keyArn)),
  };
}
