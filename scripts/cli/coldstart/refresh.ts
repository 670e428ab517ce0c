import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AutoScalingClient,
  DescribeInstanceRefreshesCommand,
  type InstanceRefresh,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { BadInput } from '../bad-input';
import { FAILED } from '../exit-codes';
import { type Paint, paintFor } from '../terminal/paint';
import { findGroup } from './auto-scaling-group';
import { desiredConfiguration } from './desired-configuration';
import { outcomeOf, type RefreshOutcome, reasonOf } from './refresh-outcome';

export interface RefreshClients {
  readonly autoScaling: AutoScalingClient;
  /** Asked only which version is the latest. */
  readonly ec2: EC2Client;
}

export interface RefreshOptions {
  readonly group: string;
  /** Follow it to its end. */
  readonly watch: boolean;
  /** Follow the one that runs already instead of starting one. */
  readonly attach: boolean;
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
  /** Version of the group's launch template to roll out. @default what the group is configured with */
  readonly launchTemplateVersion?: number | 'latest';
  /** Back to what the group had before, when it fails or an alarm rings; needs `launchTemplateVersion`. */
  readonly autoRollback: boolean;
  /** Names of alarms that fail the refresh. */
  readonly alarms: readonly string[];
  /** Leave instances alone that have the version already. */
  readonly skipMatching: boolean;
  /** @default 10 */
  readonly pollSeconds?: number;
}

async function latest(client: AutoScalingClient, group: string, id?: string): Promise<InstanceRefresh> {
  const { InstanceRefreshes = [] } = await client.send(
    new DescribeInstanceRefreshesCommand({
      AutoScalingGroupName: group,
      ...(id === undefined ? { MaxRecords: 1 } : { InstanceRefreshIds: [id] }),
    }),
  );
  const [refresh] = InstanceRefreshes;
  if (!refresh) throw new Error(`${group} has no instance refresh to follow; start one without --attach`);
  return refresh;
}

async function start(clients: RefreshClients, options: RefreshOptions): Promise<string | undefined> {
  const { autoScaling, ec2 } = clients;
  const { group, launchTemplateVersion: version, alarms } = options;
  const desired =
    version === undefined
      ? undefined
      : await desiredConfiguration(ec2, await findGroup(autoScaling, group), version);
  const { InstanceRefreshId } = await autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: group,
      ...(desired && { DesiredConfiguration: desired }),
      Preferences: {
        MinHealthyPercentage: options.minHealthyPercentage,
        MaxHealthyPercentage: options.maxHealthyPercentage,
        // The default waits an hour for instances that ECS protects and then fails.
        ScaleInProtectedInstances: 'Refresh',
        StandbyInstances: 'Terminate',
        SkipMatching: options.skipMatching,
        AutoRollback: options.autoRollback,
        ...(alarms.length > 0 && { AlarmSpecification: { Alarms: [...alarms] } }),
      },
    }),
  );
  return InstanceRefreshId;
}

const BAR_CELLS = 30;

const STATUS_WIDTH = 'RollbackSuccessful'.length;

/**
 * One line: share, instances left to replace in the group and in its warm pool, and as much of the service's reason as
 * fits into the columns.
 */
export function renderRefresh(
  refresh: InstanceRefresh,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string {
  const percent = refresh.PercentageComplete ?? 0;
  const filled = Math.floor((percent / 100) * BAR_CELLS);
  const bar = paint.green('█'.repeat(filled)) + paint.dim('░'.repeat(BAR_CELLS - filled));
  const left = refresh.InstancesToUpdate ?? 0;
  const pool = refresh.ProgressDetails?.WarmPoolProgress;
  const status = (refresh.Status ?? 'Pending').padEnd(STATUS_WIDTH);
  const figures = [
    `${percent} %`.padStart(5),
    `${left} to replace`,
    ...(pool ? [`pool ${pool.PercentageComplete ?? 0} %`] : []),
  ].join('  ');
  const room = columns - [status, '', figures, ''].join('  ').length - BAR_CELLS;
  const reason = reasonOf(refresh).slice(0, Math.max(0, room));
  return [status, bar, figures, ...(reason === '' ? [] : [paint.dim(reason)])].join('  ');
}

async function follow(
  client: AutoScalingClient,
  options: RefreshOptions,
  id?: string,
): Promise<RefreshOutcome> {
  const paint = paintFor(process.stderr);
  let shown = '';
  for (;;) {
    const refresh = await latest(client, options.group, id);
    const columns = process.stderr.isTTY ? process.stderr.columns : undefined;
    const line = renderRefresh(refresh, paint, columns);
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${line}`);
    else if (line !== shown) process.stderr.write(`${line}\n`);
    shown = line;
    const outcome = outcomeOf(refresh);
    if (outcome !== undefined) {
      if (process.stderr.isTTY) process.stderr.write('\n');
      return outcome;
    }
    await sleep((options.pollSeconds ?? 10) * 1000);
  }
}

function check(options: RefreshOptions): void {
  const { minHealthyPercentage: low, maxHealthyPercentage: high } = options;
  if (high - low > 100) {
    throw new BadInput(
      `--max-healthy: got ${high} with --min-healthy ${low}; allowed: at most 100 apart; raise --min-healthy to ${high - 100} or more`,
    );
  }
  if (options.autoRollback && options.launchTemplateVersion === undefined) {
    throw new BadInput(
      '--auto-rollback: got no --launch-template-version; Auto Scaling rolls back only from a version that the refresh ' +
        'itself brings; add --launch-template-version latest or a number',
    );
  }
}

/** Starts an instance refresh (or attaches to the one underway) and follows it. Returns the exit code. */
export async function refresh(clients: RefreshClients, options: RefreshOptions): Promise<number> {
  check(options);
  const id = options.attach
    ? (await latest(clients.autoScaling, options.group)).InstanceRefreshId
    : await start(clients, options);
  process.stdout.write(`${id}\n`);
  if (!options.watch && !options.attach) return 0;
  const outcome = await follow(clients.autoScaling, options, id);
  if (outcome.kind === 'succeeded') return 0;
  process.stderr.write(`${outcome.sentence}\n`);
  return FAILED;
}
