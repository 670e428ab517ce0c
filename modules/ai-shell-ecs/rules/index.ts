import { InvalidAiShellEcsError } from '../errors';
import type { AiShellEcsSettings } from '../settings';
import { agentRules } from './agent-rules';
import { capacityRules } from './capacity-rules';
import { containerRules } from './container-rules';
import { goldenAmiRules } from './golden-ami-rules';
import { imageRules } from './image-rules';
import { instanceRules } from './instance-rules';
import { poolPlanRules } from './pool-plan-rules';
import { refreshRules } from './refresh-rules';
import { rolloutRules } from './rollout-rules';
import type { Rule } from './rule';
import { serviceRules } from './service-rules';
import { taskRules } from './task-rules';
import { warmPoolRules } from './warm-pool-rules';

export const rules: readonly Rule[] = [
  ...instanceRules,
  ...imageRules,
  ...warmPoolRules,
  ...poolPlanRules,
  ...refreshRules,
  ...rolloutRules,
  ...capacityRules,
  ...agentRules,
  ...taskRules,
  ...containerRules,
  ...serviceRules,
  ...goldenAmiRules,
];

/** @throws InvalidAiShellEcsError with the problem of every rule that is broken */
export function checkSettings(path: string, settings: AiShellEcsSettings): void {
  const problems = rules.flatMap(({ problem }) => problem(settings) ?? []);
  if (problems.length > 0) throw new InvalidAiShellEcsError(path, problems);
}
