import { resolvesAmiAtLaunch } from '../ami';
import type { AiShellEcsSettings, RefreshSettings } from '../settings';
import { isInRange, isUnknown, type Rule, rangeRule } from './rule';

/** A rule that only speaks when a refresh is configured. */
function whenRefreshing(
  id: string,
  problem: (refresh: RefreshSettings, settings: AiShellEcsSettings) => string | undefined,
): Rule {
  return {
    id,
    problem: (settings) => (settings.refresh === undefined ? undefined : problem(settings.refresh, settings)),
  };
}

function boundsProblem(prop: string, min: number, max: number): string | undefined {
  if (!isInRange(min, 0, 100))
    return `${prop}.minHealthyPercent: got ${min}; allowed 0 to 100 percent; choose a number within it`;
  if (!isInRange(max, 100, 200))
    return `${prop}.maxHealthyPercent: got ${max}; allowed 100 to 200 percent; choose a number within it`;
  if (isUnknown(min) || isUnknown(max) || max - min <= 100) return undefined;
  return `${prop}: got ${min} to ${max} percent; Auto Scaling accepts at most 100 between them; raise the minimum to ${max - 100}`;
}

const ALIAS_CURE = 'leave launchTemplateVersion out, so that the number of the latest version is used';

export const refreshRules: readonly Rule[] = [
  whenRefreshing('refresh-bounds', ({ minHealthyPercent, maxHealthyPercent }) =>
    boundsProblem('refresh', minHealthyPercent, maxHealthyPercent),
  ),
  {
    id: 'maintenance-bounds',
    problem: ({ instances: { maintenance } }) =>
      boundsProblem('instances.maintenance', maintenance.minHealthyPercent, maintenance.maxHealthyPercent),
  },
  whenRefreshing('refresh-checkpoints', ({ checkpointPercentages: given }) => {
    if (given === undefined) return undefined;
    const ascends = given.every((percent, index) => percent > (given[index - 1] ?? 0));
    if (ascends && given.at(-1) === 100 && given.every((percent) => isInRange(percent, 1, 100)))
      return undefined;
    return (
      `refresh.checkpointPercentages: got [${given.join(', ')}]; percentages ascend and end at 100, else the refresh stops ` +
      'early and leaves old instances; write e.g. [20, 50, 100]'
    );
  }),
  rangeRule(
    'refresh-checkpoint-delay',
    'refresh.checkpointDelaySeconds',
    { min: 0, max: 172_800, unit: 'seconds' },
    ({ refresh }) => refresh?.checkpointDelaySeconds,
  ),
  whenRefreshing('refresh-alarms', ({ alarmNames }) =>
    alarmNames.length <= 10
      ? undefined
      : `refresh.alarmNames: got ${alarmNames.length}; Auto Scaling watches at most 10; put several into one composite alarm`,
  ),
  whenRefreshing(
    'refresh-never-starts',
    ({ startedBy }, { instances: { launchTemplateVersion: version } }) =>
      version === undefined || startedBy === 'command'
        ? undefined
        : `instances.launchTemplateVersion: got ${version} with a refresh; Terraform starts a refresh when the version changes, and an ` +
          `alias never does; ${ALIAS_CURE}, or write refresh: false`,
  ),
  whenRefreshing('rollback-by-apply', ({ autoRollback, startedBy }) =>
    autoRollback && startedBy === 'apply'
      ? "refresh.autoRollback: got true with startedBy 'apply'; Terraform gives the group the new version before it starts the refresh, " +
        'so a rollback goes to the version that has just failed (hashicorp/terraform-provider-aws#34189); write ' +
        "startedBy: 'command', or leave autoRollback out"
      : undefined,
  ),
  whenRefreshing('preference-unknown-to-command', (refresh) => {
    if (refresh.startedBy === 'apply') return undefined;
    const unknown = [
      ...(refresh.checkpointPercentages === undefined ? [] : ['checkpointPercentages']),
      ...(refresh.checkpointDelaySeconds === undefined ? [] : ['checkpointDelaySeconds']),
      ...(refresh.instanceWarmupSeconds === undefined ? [] : ['instanceWarmupSeconds']),
      ...(refresh.scaleInProtectedInstances === 'Refresh' ? [] : ['scaleInProtectedInstances']),
      ...(refresh.standbyInstances === 'Terminate' ? [] : ['standbyInstances']),
    ];
    return unknown.length === 0
      ? undefined
      : `refresh: got ${unknown.join(', ')} with startedBy 'command'; the command does not pass them on; leave them out, or write ` +
          "startedBy: 'apply'";
  }),
  whenRefreshing(
    'rollback-with-alias',
    ({ autoRollback }, { instances: { launchTemplateVersion: version } }) =>
      autoRollback && version !== undefined
        ? `refresh.autoRollback: got true with launchTemplateVersion ${version}; Auto Scaling refuses a rollback to an alias, which ` +
          `names the new version already; ${ALIAS_CURE}, or write autoRollback: false`
        : undefined,
  ),
  whenRefreshing('rollback-with-ami-at-launch', ({ autoRollback }, settings) =>
    autoRollback && resolvesAmiAtLaunch(settings)
      ? `refresh.autoRollback: got true with an AMI resolved at launch${settings.given.goldenAmi ? ", as goldenAmi is with rollout 'in-place'" : ''}; Auto Scaling refuses it, the old version would resolve to the new AMI; write ${settings.given.goldenAmi ? '' : "ami.resolve: 'plan', or "}autoRollback: false`
      : undefined,
  ),
  whenRefreshing('skip-matching-with-ami-at-launch', ({ skipMatching }, { ami }) =>
    skipMatching && ami.from === 'ssm' && ami.resolve === 'launch'
      ? "refresh.skipMatching: got true with an AMI resolved at launch; a new AMI leaves the template unchanged, so every instance matches and is skipped; write ami.resolve: 'plan', or skipMatching: false"
      : undefined,
  ),
];
