import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AutoScalingClient,
  DescribeInstanceRefreshesCommand,
  type InstanceRefresh,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { FAILED } from '../exit-codes';
import { type Paint, paintFor } from '../terminal/paint';

export interface RefreshOptions {
  readonly group: string;
  /** Follow it to its end. */
  readonly watch: boolean;
  /** Follow the one that runs already instead of starting one. */
  readonly attach: boolean;
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
  /** @default 10 */
  readonly pollSeconds?: number;
}

const SUCCESS = 'Successful';
const UNSUCCESSFUL = ['Failed', 'Cancelled', 'RollbackFailed', 'RollbackSuccessful'];
const isOver = (status: string): boolean => status === SUCCESS || UNSUCCESSFUL.includes(status);

const latest = async (client: AutoScalingClient, group: string, id?: string): Promise<InstanceRefresh> => {
  const { InstanceRefreshes = [] } = await client.send(
    new DescribeInstanceRefreshesCommand({
      AutoScalingGroupName: group,
      ...(id === undefined ? { MaxRecords: 1 } : { InstanceRefreshIds: [id] }),
    }),
  );
  const [refresh] = InstanceRefreshes;
  if (!refresh) throw new Error(`${group} has no instance refresh to follow; start one without --attach`);
  return refresh;
};

const start = async (client: AutoScalingClient, options: RefreshOptions): Promise<string | undefined> => {
  const { InstanceRefreshId } = await client.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: options.group,
      Preferences: {
        MinHealthyPercentage: options.minHealthyPercentage,
        MaxHealthyPercentage: options.maxHealthyPercentage,
        // As the group's own refresh. The default waits an hour for instances that ECS protects and then fails.
        ScaleInProtectedInstances: 'Refresh',
        StandbyInstances: 'Terminate',
        SkipMatching: true,
      },
    }),
  );
  return InstanceRefreshId;
};

const BAR_CELLS = 30;

const STATUS_WIDTH = 'RollbackSuccessful'.length;

/**
 * One line: share, instances left to replace in the group and in its warm pool, and as much of the service's reason as
 * fits into the columns.
 */
export const renderRefresh = (
  refresh: InstanceRefresh,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string => {
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
  const reason = (refresh.StatusReason ?? '').slice(0, Math.max(0, room));
  return [status, bar, figures, ...(reason === '' ? [] : [paint.dim(reason)])].join('  ');
};

const follow = async (client: AutoScalingClient, options: RefreshOptions, id?: string): Promise<string> => {
  const paint = paintFor(process.stderr);
  let shown = '';
  for (;;) {
    const refresh = await latest(client, options.group, id);
    const columns = process.stderr.isTTY ? process.stderr.columns : undefined;
    const line = renderRefresh(refresh, paint, columns);
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${line}`);
    else if (line !== shown) process.stderr.write(`${line}\n`);
    shown = line;
    const status = refresh.Status ?? 'Pending';
    if (isOver(status)) {
      if (process.stderr.isTTY) process.stderr.write('\n');
      return status;
    }
    await sleep((options.pollSeconds ?? 10) * 1000);
  }
};

/** Starts an instance refresh (or attaches to the one underway) and follows it. Answers the exit code. */
export const refresh = async (client: AutoScalingClient, options: RefreshOptions): Promise<number> => {
  const { minHealthyPercentage: low, maxHealthyPercentage: high } = options;
  if (high - low > 100) {
    throw new Error(
      `--max-healthy: got ${high} with --min-healthy ${low}; allowed: at most 100 apart; raise --min-healthy to ${high - 100} or more`,
    );
  }
  const id = options.attach
    ? (await latest(client, options.group)).InstanceRefreshId
    : await start(client, options);
  process.stdout.write(`${id}\n`);
  if (!options.watch && !options.attach) return 0;
  return (await follow(client, options, id)) === SUCCESS ? 0 : FAILED;
};
