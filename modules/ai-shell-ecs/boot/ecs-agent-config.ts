import type { AgentSettings } from '../settings';
import { keyValueLines } from './key-value-lines';

export interface EcsAgentConfig {
  readonly clusterName: string;
  /** Without a pool the check would delay registration by up to two hours, so it follows the pool. */
  readonly hasWarmPool: boolean;
  /** Draining on a Spot notice only means something on Spot. */
  readonly isSpot: boolean;
  readonly agent: AgentSettings;
}

/**
 * Attribute of a container instance that tells how it came into service. The pre-pull program changes the value on an
 * instance that waits in the pool, before the agent registers; the measurements read it.
 */
const ORIGIN_ATTRIBUTE = { 'warmpath.origin': 'cold-launch' };

/** Variables that follow from other props and so cannot be given as `agent.extra`. */
export const DERIVED_AGENT_VARIABLES = [
  'ECS_CLUSTER',
  'ECS_WARM_POOLS_CHECK',
  'ECS_ENABLE_SPOT_INSTANCE_DRAINING',
  'ECS_IMAGE_PULL_BEHAVIOR',
  'ECS_CONTAINER_STOP_TIMEOUT',
  'ECS_RESERVED_MEMORY',
  'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION',
  'ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP',
  'ECS_AWSVPC_BLOCK_IMDS',
  'ECS_DISABLE_PRIVILEGED',
  'ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM',
  'ECS_INSTANCE_ATTRIBUTES',
] as const;

/** The whole of `/etc/ecs/ecs.config`: the agent takes the last duplicate, so the file is written, never appended to. */
export function renderEcsAgentConfig({ clusterName, hasWarmPool, isSpot, agent }: EcsAgentConfig): string {
  const attributes = { ...agent.attributes, ...(hasWarmPool ? ORIGIN_ATTRIBUTE : {}) };
  return keyValueLines({
    ECS_CLUSTER: clusterName,
    ...(hasWarmPool ? { ECS_WARM_POOLS_CHECK: 'true' } : {}),
    ...(isSpot ? { ECS_ENABLE_SPOT_INSTANCE_DRAINING: 'true' } : {}),
    ECS_IMAGE_PULL_BEHAVIOR: agent.imagePullBehavior,
    ECS_CONTAINER_STOP_TIMEOUT: agent.containerStopTimeout,
    ECS_RESERVED_MEMORY: agent.reservedMemoryMib,
    ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION: agent.taskCleanupWait,
    ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP: String(agent.untrackedImageCleanup),
    ECS_AWSVPC_BLOCK_IMDS: String(agent.blockImdsForAwsvpc),
    // A privileged container would own the host, and with it every other shell.
    ECS_DISABLE_PRIVILEGED: 'true',
    ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM: 'ec2_instance',
    ...(Object.keys(attributes).length > 0 ? { ECS_INSTANCE_ATTRIBUTES: JSON.stringify(attributes) } : {}),
    ...agent.extra,
  });
}
