import {
  ClusterNotFoundException,
  DescribeTasksCommand,
  type ECSClient,
  paginateListTasks,
  type Task,
} from '@aws-sdk/client-ecs';
import { visibleJson } from '../../../lambdas/prewarm/engine/model/visible-text';
import { readOrigins } from '../../../lambdas/task-start-metrics/container-instances';
import { regionOf } from '../aws';
import { BadInput } from '../bad-input';
import { FAILED } from '../exit-codes';
import { paintFor } from '../terminal/paint';
import { renderTable, terminalWidth } from '../terminal/table';
import { formatMs } from '../terminal/units';
import { MEASURE_SCHEMA } from './json-documents';
import { type StartSummary, summariseStarts, type TaskStart, taskStartOf } from './task-start';

export interface MeasureOptions {
  readonly cluster: string;
  /** Only tasks created in the last so many seconds. */
  readonly sinceSeconds: number;
  readonly json: boolean;
  /** Only tasks of this family. */
  readonly family?: string;
  /** Fails where the p95 of a family is above. */
  readonly maxP95Seconds?: number;
  /** Fails where fewer starts of a family found their image on disk, in percent. */
  readonly minCacheHitPercent?: number;
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const TASKS_PER_CALL = 100;

/** Starts of the tasks ECS still remembers: the running ones, and those stopped within about the last hour. */
export async function readTaskStarts(ecs: ECSClient, cluster: string, since: Date): Promise<TaskStart[]> {
  const tasks = new Map<string, Task>();
  for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
    const pages = paginateListTasks({ client: ecs, pageSize: TASKS_PER_CALL }, { cluster, desiredStatus });
    for await (const { taskArns = [] } of pages) {
      if (taskArns.length === 0) continue;
      const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
      for (const task of described.tasks ?? [])
        if (task.taskArn && task.createdAt && task.createdAt >= since) tasks.set(task.taskArn, task);
    }
  }
  const instances = [...tasks.values()].flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []);
  const origins = await readOrigins(ecs, cluster, [...new Set(instances)]);
  return [...tasks.values()]
    .flatMap((task) => taskStartOf(task, origins.get(task.containerInstanceArn ?? '')) ?? [])
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

function showSeconds(seconds: number | undefined): string {
  return seconds === undefined ? '-' : formatMs(seconds * 1000);
}

function renderSummaries(summaries: readonly StartSummary[], header: (text: string) => string): string[] {
  return renderTable(
    [
      { title: 'task family' },
      ...['tasks', 'cache hits', 'pool hits', 'p50', 'p95', 'p99', 'max', 'placement', 'pull p50'].map(
        (title, index) => ({
          title,
          align: 'right' as const,
          ...(index > 0 && { dropOrder: index }),
        }),
      ),
    ],
    summaries.map((summary) => [
      summary.family,
      String(summary.tasks),
      String(summary.cacheHits),
      summary.originsKnown === 0 ? '-' : `${summary.poolHits} of ${summary.originsKnown}`,
      ...[summary.p50Seconds, summary.p95Seconds, summary.p99Seconds, summary.maxSeconds].map(showSeconds),
      `${Math.round(summary.placementShare * 100)} %`,
      showSeconds(summary.pullP50Seconds),
    ]),
    { header, width: terminalWidth(process.stdout) },
  );
}

/** Prints a table of how long tasks took to start, and how many needed a pull. Returns the exit code. */
export async function measure(ecs: ECSClient, options: MeasureOptions): Promise<number> {
  const since = new Date(Date.now() - options.sinceSeconds * 1000);
  const starts = await readTaskStarts(ecs, options.cluster, since).catch(async (error: unknown) => {
    if (!(error instanceof ClusterNotFoundException)) throw error;
    throw new BadInput(
      `--cluster: got ${options.cluster}; allowed: the name of an ECS cluster in ${await regionOf(ecs)}; --region and --profile name another place`,
      { cause: error },
    );
  });
  const ofFamily = starts.filter(({ family }) => options.family === undefined || family === options.family);
  const summaries = summariseStarts(ofFamily);
  if (options.json)
    process.stdout.write(
      `${visibleJson({ schema: MEASURE_SCHEMA, cluster: options.cluster, summaries, starts: ofFamily })}\n`,
    );
  if (ofFamily.length === 0) {
    process.stderr.write(
      `warmpath: no task of ${[options.family, options.cluster].filter(Boolean).join(' in ')} has started since ${since.toISOString()}; start one, or look further back with --since\n`,
    );
    return FAILED;
  }
  if (!options.json)
    process.stdout.write(`${renderSummaries(summaries, paintFor(process.stdout).bold).join('\n')}\n`);
  const exceeded = exceededLimits(summaries, options);
  for (const sentence of exceeded) process.stderr.write(`warmpath: ${sentence}\n`);
  return exceeded.length === 0 ? 0 : FAILED;
}

function exceededLimits(summaries: readonly StartSummary[], options: MeasureOptions): readonly string[] {
  const { maxP95Seconds: most, minCacheHitPercent: least } = options;
  return summaries.flatMap(({ family, tasks, cacheHits, p95Seconds }) => {
    const hitPercent = (cacheHits / tasks) * 100;
    return [
      ...(most !== undefined && p95Seconds > most
        ? [`${family}: p95 is ${showSeconds(p95Seconds)}; allowed ${showSeconds(most)}`]
        : []),
      ...(least !== undefined && hitPercent < least
        ? [
            `${family}: ${Math.floor(hitPercent)} % of the starts found their image on disk; wanted ${least} %`,
          ]
        : []),
    ];
  });
}
