import { setTimeout as sleep } from 'node:timers/promises';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ResourceNotFoundException,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import { writeDocument } from '../../../../lambdas/image-rollout/aws/parameters';
import { hostsOf, type RolloutProgress, wordsOf } from '../../../../lambdas/image-rollout/drive';
import { formatWantedDocument } from '../../../../lambdas/image-rollout/plan/documents';
import { nextStep } from '../../../../lambdas/image-rollout/plan/next-step';
import { awsPorts, policyOf, readDocuments } from '../../../../lambdas/image-rollout/rollout-ports';
import { imageRolloutSettings, type ParsedRolloutSettings } from '../../../../lambdas/image-rollout/settings';
import { visibleJson, visibleText } from '../../../../lambdas/prewarm/engine/model/visible-text';
import type { AwsSettings } from '../../aws';
import { BadInput } from '../../bad-input';
import { FAILED } from '../../exit-codes';
import { ROLLOUT_SCHEMA, type RolloutJson } from '../json-documents';
import { type WantedChoice, wantedImages } from './wanted-images';

export interface RolloutOptions {
  /** Auto Scaling group, `<name>-ecs-asg`. */
  readonly group: string;
  readonly wanted: WantedChoice;
  /** Say what would be done, and do nothing. */
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Between two looks. @default 5 */
  readonly pollSeconds?: number;
}

const GROUP_NAME = /^(.+)-ecs-asg$/;

function functionOf(group: string): string {
  const [, name] = GROUP_NAME.exec(group) ?? [];
  if (name === undefined)
    throw new BadInput(
      `--group: got ${group}; allowed: a group of ai-shell-ecs, whose name ends in -ecs-asg; see the output autoscaling_group_name`,
    );
  return `${name}-image-rollout`;
}

/** What the group's driver knows of itself: its parameters, its cluster, its bounds. */
async function driverSettings(lambda: LambdaClient, group: string): Promise<ParsedRolloutSettings> {
  const FunctionName = functionOf(group);
  try {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return imageRolloutSettings.parse(Environment?.Variables ?? {});
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new BadInput(
      `--group: got ${group}, which has no function ${FunctionName}; allowed: a group with rollout 'in-place'; others are rolled out by ` +
        'warmpath coldstart refresh',
      { cause: error },
    );
  }
}

/** One look of the driver; `undefined` while another one is at it. */
async function pass(lambda: LambdaClient, FunctionName: string): Promise<RolloutProgress | undefined> {
  try {
    const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
    const text = Buffer.from(Payload ?? []).toString();
    if (FunctionError !== undefined)
      throw new Error(
        `${FunctionName} failed: ${text}; its log says where; the rollout goes on by itself every minute`,
      );
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof TooManyRequestsException) return undefined;
    throw error;
  }
}

type Outcome = 'goes-on' | 'done' | 'stopped' | 'superseded';

function outcomeOf({ document, step, wantedGeneration }: RolloutProgress, generation: number): Outcome {
  if (wantedGeneration > generation) return 'superseded';
  if (document.wanted !== generation) return 'goes-on';
  if (document.phase === 'stopped') return 'stopped';
  return step.kind === 'done' ? 'done' : 'goes-on';
}

function lineOf({ document, hosts, step }: RolloutProgress): string {
  const ready = hosts.filter(({ ready: isReady }) => isReady).length;
  const trouble = hosts.flatMap(({ id, failed }) => Object.values(failed).map((reason) => `${id} ${reason}`));
  const parts = [
    `${document.phase} ${document.wave} %`,
    `${ready} of ${hosts.length} hosts ready`,
    wordsOf(step),
    ...trouble,
  ];
  return visibleText(parts.join('  '));
}

async function follow(lambda: LambdaClient, options: RolloutOptions, generation: number): Promise<number> {
  let shown = '';
  for (;;) {
    const progress = await pass(lambda, functionOf(options.group));
    if (progress !== undefined) {
      for (const done of progress.done) process.stderr.write(`${visibleText(done)}\n`);
      const line = lineOf(progress);
      if (line !== shown) process.stderr.write(`${line}\n`);
      shown = line;
      const outcome = outcomeOf(progress, generation);
      if (outcome !== 'goes-on') {
        const { document, hosts } = progress;
        const said = {
          schema: ROLLOUT_SCHEMA,
          group: options.group,
          outcome,
          reason: document.reason,
          images: document.images,
          hosts: [...hosts],
        } satisfies RolloutJson;
        process.stdout.write(
          options.json
            ? `${visibleJson(said)}\n`
            : `${outcome}${document.reason ? `: ${document.reason}` : ''}\n`,
        );
        return outcome === 'done' ? 0 : FAILED;
      }
    }
    await sleep((options.pollSeconds ?? 5) * 1000);
  }
}

/** Brings images onto the running hosts of a group, and follows that to its end. Returns the exit code. */
export async function rollout(aws: AwsSettings, options: RolloutOptions): Promise<number> {
  const lambda = new LambdaClient(aws);
  const ssm = new SSMClient(aws);
  const settings = await driverSettings(lambda, options.group);
  const ports = awsPorts(
    {
      autoScaling: new AutoScalingClient(aws),
      cloudWatch: new CloudWatchClient(aws),
      ecr: new ECRClient(aws),
      ecs: new ECSClient(aws),
      logs: new CloudWatchLogsClient(aws),
      ssm,
    },
    settings,
  );
  const before = await readDocuments(ssm, settings);
  const wanted = wantedImages(options.wanted, before.images.document, before.wanted.document);
  const value = formatWantedDocument(wanted);
  // What stopped is tried again by being wanted again.
  const isNew =
    value !== formatWantedDocument(before.wanted.document) || before.images.document.phase === 'stopped';
  if (options.dryRun) {
    const state = await ports.observe(wanted, isNew);
    const step = nextStep(state, policyOf(settings));
    const hosts = hostsOf(state, wanted);
    if (options.json) {
      const said = {
        schema: ROLLOUT_SCHEMA,
        group: options.group,
        wanted,
        step,
        hosts,
      } satisfies RolloutJson;
      process.stdout.write(`${visibleJson(said)}\n`);
    } else {
      for (const { id, place, ready } of hosts)
        process.stdout.write(`${id}  ${place}  ${ready ? 'has all' : 'has to pull, or to be replaced'}\n`);
      process.stdout.write(`next: ${visibleText(wordsOf(step))}\n`);
    }
    return 0;
  }
  const generation = isNew
    ? await writeDocument(ssm, settings.WANTED_PARAMETER, value)
    : before.wanted.generation;
  return follow(lambda, options, generation);
}
