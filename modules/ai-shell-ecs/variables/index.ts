import { Token } from 'cdktf';
import {
  declare,
  type HclModuleStack,
  type ModuleVariable,
  regionAndPartition,
  roleProps,
} from '../../parts/hcl-module';
import type { AiShellEcsProps } from '../props';
import { capacityProviderProps } from './capacity-provider';
import { execProps, existingClusterProps, ownClusterProps } from './cluster';
import { goldenAmiProps } from './golden-ami';
import { imageProps } from './image';
import { inPlaceProps } from './in-place';
import { instancesProps } from './instances';
import { networkProps } from './network';
import { observabilityProps } from './observability';
import { poolPlanProps } from './pool-plan';
import { rolloutProps } from './rollout';
import { rootVolumeProps } from './root-volume';
import { spotProps } from './spot';
import { taskProps } from './task';
import { warmPoolProps } from './warm-pool';

const identity = {
  name: {
    description: 'Base name of what the module creates: `shell` gives `shell-ecs-asg`',
    validations: [
      {
        condition: 'can(regex("^[a-z][a-z0-9-]{0,31}$", var.name))',
        message: 'name: 1 to 32 of a-z, 0-9 and -, starting with a letter.',
      },
      {
        condition: '!can(regex("^(aws|ecs|fargate)", var.name))',
        message:
          'name: ECS keeps names of capacity providers that start with aws, ecs or fargate for itself; choose another.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

const labels = {
  tags: {
    description:
      'Tags of every resource and instance; a changed one makes a new launch template, so the instances are replaced',
    type: 'map(string)',
    default: {},
  },
} as const satisfies Record<string, ModuleVariable>;

export { capacityProviderSwitch } from './capacity-provider';
export { coldStartMetricsSwitch } from './observability';

/** What a module holds beyond the common; each choice changes which resources there are. */
export interface AiShellEcsFlavour {
  readonly cluster: 'own' | 'existing';
  readonly goldenAmi: boolean;
  readonly rollout: 'replace' | 'in-place';
  /** Spot is without a warm pool. */
  readonly capacity: 'on-demand' | 'spot';
}

/** From launch to registration: of an instance that was prepared, and of one that pulls its images first. */
const WARMUP_SECONDS = { 'on-demand': 60, spot: 300 };

/**
 * Declares the variables of a Terraform module in the stack, by the names that users of the module it succeeds know, and
 * returns the props made of them. A variable can only change values; what changes which resources there are is another
 * module ({@link AiShellEcsFlavour}) or TypeScript.
 */
export function propsFromVariables(stack: HclModuleStack, flavour: AiShellEcsFlavour): AiShellEcsProps {
  // Variables are written in the order of their declaration.
  const name = declare(stack, identity).name.stringValue;
  const place = regionAndPartition(stack);
  const image = imageProps(stack);
  const network = networkProps(stack);
  const isSpot = flavour.capacity === 'spot';
  const { ami, instances } = instancesProps(stack, !isSpot);
  const spot = isSpot ? spotProps(stack) : {};
  const warmPool = isSpot
    ? false
    : { ...warmPoolProps(stack), ...(flavour.rollout === 'in-place' ? poolPlanProps(stack) : {}) };
  const rootVolume = rootVolumeProps(stack);
  return {
    name,
    ...place,
    image,
    network,
    ami,
    instances: { ...instances, ...spot, rootVolume },
    warmPool,
    ...rolloutProps(stack),
    capacityProvider: capacityProviderProps(stack, name, WARMUP_SECONDS[flavour.capacity]),
    ...taskProps(stack),
    ...observabilityProps(stack),
    roles: roleProps(stack, place.region),
    tags: Token.asStringMap(declare(stack, labels).tags.value),
    ...(flavour.cluster === 'own'
      ? { cluster: ownClusterProps(stack, name), exec: execProps(stack) }
      : { cluster: existingClusterProps(stack) }),
    ...(flavour.goldenAmi ? { goldenAmi: goldenAmiProps(stack) } : {}),
    ...(flavour.rollout === 'in-place' ? inPlaceProps(stack) : {}),
  };
}
