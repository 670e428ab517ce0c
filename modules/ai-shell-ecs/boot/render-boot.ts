import { namesOf } from '../names';
import type { AiShellEcsSettings } from '../settings';
import { renderEcsAgentConfig } from './ecs-agent-config';
import { renderPrepullConfig } from './prepull-config';
import { renderUserData } from './user-data';

export interface BootValues {
  /** Pinned references, the task's image first. */
  readonly images: readonly string[];
  readonly registrySecrets: Readonly<Record<string, string>>;
  readonly region: string;
  /** Of the Auto Scaling group, which the hook is answered for. @default - the one it has unless it is overridden */
  readonly groupName?: string;
}

/** The user data of an instance: agent configuration, pre-pull configuration, unit and program in one. */
export function renderBoot(
  settings: AiShellEcsSettings,
  { images, registrySecrets, region, groupName }: BootValues,
): string {
  const { agent, cluster, instances, name, prepull, warmPool } = settings;
  const names = namesOf(name);
  return renderUserData({
    ecsAgentConfig: renderEcsAgentConfig({
      clusterName: cluster.name,
      hasWarmPool: warmPool !== undefined,
      isSpot: instances.capacityType === 'spot',
      agent,
    }),
    prepullConfig: renderPrepullConfig({
      images,
      imagesParameter: settings.inPlaceRollout === undefined ? undefined : names.imagesParameter,
      registrySecrets,
      region,
      groupName: groupName ?? names.autoScalingGroup,
      hookName: names.lifecycleHook,
      logGroupName: names.prepullLogGroup,
      prepull,
    }),
    hookTimeoutSeconds: prepull.hookTimeoutSeconds,
    followsDocument: settings.inPlaceRollout !== undefined,
    own: settings.given.userData ?? {},
  });
}
