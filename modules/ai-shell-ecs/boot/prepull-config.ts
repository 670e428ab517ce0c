import { ECR_REGISTRY_PATTERN } from '../ecr-registry';
import type { PrepullSettings } from '../settings';
import { keyValueLines } from './key-value-lines';

export interface PrepullConfig {
  /** Pinned references, the task's image first. */
  readonly images: readonly string[];
  /** SSM parameter with the document that names the images instead; `undefined` without a rollout in place. */
  readonly imagesParameter: string | undefined;
  /** Host of a private registry other than ECR to the ARN of the secret with its login. */
  readonly registrySecrets: Readonly<Record<string, string>>;
  readonly region: string;
  readonly groupName: string;
  readonly hookName: string;
  readonly logGroupName: string;
  readonly prepull: PrepullSettings;
}

/** `/etc/warmpath/prepull.conf`; image references never hold a comma, so the list needs no quotes. */
export function renderPrepullConfig(config: PrepullConfig): string {
  const { images, imagesParameter, registrySecrets, region, groupName, hookName, logGroupName, prepull } =
    config;
  return keyValueLines({
    ...(imagesParameter === undefined ? { IMAGES: images.join(',') } : { IMAGES_PARAMETER: imagesParameter }),
    ...(Object.keys(registrySecrets).length === 0
      ? {}
      : {
          REGISTRY_SECRETS: Object.entries(registrySecrets)
            .map((entry) => entry.join('='))
            .join(','),
        }),
    REGION: region,
    ECR_PATTERN: ECR_REGISTRY_PATTERN,
    ASG_NAME: groupName,
    HOOK_NAME: hookName,
    LOG_GROUP: logGroupName,
    PULL_TIMEOUT_SECONDS: prepull.timeoutSeconds,
    MIN_FREE_MB: prepull.minFreeMib,
    KEEP_SUPERSEDED: prepull.keepSuperseded,
    UNUSED_IMAGE_HOURS: prepull.unusedImageHours,
    ON_FAILURE: prepull.onFailure,
    HOOK_TIMEOUT_SECONDS: prepull.hookTimeoutSeconds,
  });
}
