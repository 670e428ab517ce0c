import { Tokenization } from 'cdktf';
import type { RefreshSettings } from './settings';

export interface RefreshCommandProps {
  readonly groupName: string;
  /** Newest version of the group's launch template. */
  readonly templateVersion: number;
  /** `undefined` where instances are replaced by nothing but this command, with its own defaults. */
  readonly refresh: RefreshSettings | undefined;
}

/**
 * The shell command that replaces the instances. Where it is what starts a refresh, it brings the newest template version,
 * which the group does not have yet; else it replaces every instance by what the group has.
 */
export function refreshCommand({ groupName, templateVersion, refresh }: RefreshCommandProps): string {
  const bounds =
    refresh === undefined
      ? []
      : [
          `--min-healthy ${Tokenization.stringifyNumber(refresh.minHealthyPercent)}`,
          `--max-healthy ${Tokenization.stringifyNumber(refresh.maxHealthyPercent)}`,
        ];
  const rollout =
    refresh?.startedBy === 'command'
      ? [
          `--launch-template-version ${Tokenization.stringifyNumber(templateVersion)}`,
          ...(refresh.autoRollback ? ['--auto-rollback'] : []),
          ...(refresh.skipMatching ? ['--skip-matching'] : []),
          ...refresh.alarmNames.map((name) => `--alarm ${quoted(name)}`),
        ]
      : [];
  return [`warmpath coldstart refresh --group ${groupName}`, ...bounds, ...rollout, '--watch'].join(' ');
}

/** One argument of a shell command, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The same by the AWS CLI, which users of plain Terraform have. */
export function awsRefreshCommand({
  groupName,
  refresh,
}: Omit<RefreshCommandProps, 'templateVersion'>): string {
  const preferences = [
    ...(refresh === undefined
      ? []
      : [
          `MinHealthyPercentage=${Tokenization.stringifyNumber(refresh.minHealthyPercent)}`,
          `MaxHealthyPercentage=${Tokenization.stringifyNumber(refresh.maxHealthyPercent)}`,
        ]),
    // Its own default would skip every instance that ECS protects.
    'ScaleInProtectedInstances=Refresh',
  ];
  return `aws autoscaling start-instance-refresh --auto-scaling-group-name ${groupName} --preferences ${preferences.join(',')}`;
}
