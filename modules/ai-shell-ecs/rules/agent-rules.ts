import { DERIVED_AGENT_VARIABLES } from '../boot/ecs-agent-config';
import { renderBoot } from '../boot/render-boot';
import { END_OF_FILE, USER_DATA_LIMIT_BYTES, userDataSizeBytes } from '../boot/user-data';
import { registryOf } from '../image-reference';
import { type AiShellEcsSettings, imageSourcesOf } from '../settings';
import { goDurationSeconds, isUnknown, type Rule } from './rule';

export const agentRules: readonly Rule[] = [
  {
    id: 'agent-derived-variable',
    problem: ({ agent: { extra } }) => {
      const derived = DERIVED_AGENT_VARIABLES.filter((name) => name in extra);
      if (derived.length === 0) return undefined;
      return (
        `agent.extra: got ${derived.join(', ')}; these follow from other props (the warm pool check from warmPool, Spot draining from ` +
        'capacityType, the cluster from cluster), and a second value would contradict them; set those props instead'
      );
    },
  },
  {
    id: 'agent-variable-malformed',
    problem: ({ agent: { extra } }) => {
      const bad = Object.entries(extra).find(
        ([name, value]) => !/^[A-Z][A-Z0-9_]*$/.test(name) || /[\r\n]/.test(value),
      );
      return bad === undefined
        ? undefined
        : `agent.extra: got ${bad[0]}; each is one line of /etc/ecs/ecs.config: a name of A-Z, 0-9 and _, a value without line break; correct it`;
    },
  },
  {
    id: 'agent-attribute-malformed',
    problem: ({ agent: { attributes } }) => {
      const bad = Object.entries(attributes).find(
        ([name, value]) =>
          !/^[A-Za-z0-9_./-]{1,128}$/.test(name) ||
          !/^[A-Za-z0-9_.@/\\:-]([A-Za-z0-9_.@/\\: -]{0,126}[A-Za-z0-9_.@/\\:-])?$/.test(value),
      );
      return bad === undefined
        ? undefined
        : `agent.attributes: got ${bad[0]} = "${bad[1]}"; ECS takes names of 1 to 128 letters, digits and _./-, and values that may also hold ` +
            '@, :, backslash and inner spaces; an instance with another one does not register; correct it';
    },
  },
  {
    id: 'stop-timeout-unit',
    problem: ({ agent: { containerStopTimeout } }) => {
      if (isUnknown(containerStopTimeout) || (goDurationSeconds(containerStopTimeout) ?? 0) >= 1)
        return undefined;
      return (
        `agent.containerStopTimeout: got ${containerStopTimeout}; the agent reads a Go duration of at least 1s and takes 30s for ` +
        "anything else, so '120' is not two minutes; write e.g. '120s'"
      );
    },
  },
  {
    id: 'cleanup-wait-unit',
    problem: ({ agent: { taskCleanupWait } }) =>
      isUnknown(taskCleanupWait) || (goDurationSeconds(taskCleanupWait) ?? 0) >= 60
        ? undefined
        : `agent.taskCleanupWait: got ${taskCleanupWait}; the agent reads a Go duration and wants at least a minute; write e.g. '10m'`,
  },
  {
    id: 'untracked-cleanup',
    problem: ({ agent: { untrackedImageCleanup } }) =>
      untrackedImageCleanup
        ? 'agent.untrackedImageCleanup: got true; it deletes images that no task has used yet, by their build time, so a pre-pulled image ' +
          'goes in the first cycle; leave it out: superseded digests are removed by the pre-pull itself'
        : undefined,
  },
  {
    id: 'user-data-ends-early',
    problem: ({ given: { userData } }) => {
      const parts = Object.entries(userData ?? {});
      const [name] = parts.find(([, text]) => String(text).split('\n').includes(END_OF_FILE)) ?? [];
      return name === undefined
        ? undefined
        : `userData.${name}: got a line ${END_OF_FILE}; the user data ends its files by such a line; write another word`;
    },
  },
  {
    id: 'user-data-too-large',
    problem: (settings) => {
      const sizeBytes = userDataSizeBytes(renderBoot(settings, placeholders(settings)));
      if (sizeBytes <= USER_DATA_LIMIT_BYTES) return undefined;
      return (
        `user data: got ${sizeBytes} bytes compressed; EC2 accepts ${USER_DATA_LIMIT_BYTES}; the props that grow it are ` +
        'additionalImages, task.sidecars, agent.extra, agent.attributes and userData: shorten them'
      );
    },
  },
];

/** Stand-ins of the length of real values: the rules run before any data source exists. */
function placeholders(settings: AiShellEcsSettings) {
  const reference = `${'0'.repeat(12)}.dkr.ecr.${'r'.repeat(14)}.amazonaws.com/${'n'.repeat(64)}@sha256:${'0'.repeat(64)}`;
  const sources = imageSourcesOf(settings);
  const secrets = sources.flatMap((source) =>
    source.from === 'digest' && source.credentialsSecretArn !== undefined
      ? [[registryOf(source.reference), source.credentialsSecretArn] as const]
      : [],
  );
  return {
    region: 'r'.repeat(14),
    images: sources.map(() => reference),
    registrySecrets: Object.fromEntries(secrets),
  };
}
