import { setTimeout as sleep } from 'node:timers/promises';
import {
  ListCommandInvocationsCommand,
  paginateDescribeInstanceInformation,
  SendCommandCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { BadInput } from '../bad-input';
import type { DiskAnswer } from './instance-images';

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html */
const INSTANCES_PER_COMMAND = 50;
/** The most there is; without it a page holds fewer. */
const INSTANCES_PER_PAGE = 50;
const POLL_MS = 1_000;
const WAIT_SECONDS = 60;
/** What an image reference may hold; anything else never gets into a shell command. */
const REFERENCE = /^[A-Za-z0-9._:/@-]+$/;

const SILENT: DiskAnswer = { kind: 'silent' };

/** Prints each image that is not there, then a line that proves that the command ran to its end. */
function script(images: readonly string[]): string[] {
  return [
    ...images.map((image) => `docker image inspect '${image}' >/dev/null 2>&1 || echo 'missing ${image}'`),
    'echo checked',
  ];
}

function parse(output: string): DiskAnswer {
  const lines = output.split('\n').map((line) => line.trim());
  if (!lines.includes('checked')) return SILENT;
  return {
    kind: 'answered',
    missing: lines.flatMap((line) => (line.startsWith('missing ') ? [line.slice('missing '.length)] : [])),
  };
}

async function online(ssm: SSMClient, ids: readonly string[]): Promise<string[]> {
  const pages = paginateDescribeInstanceInformation(
    { client: ssm, pageSize: INSTANCES_PER_PAGE },
    { Filters: [{ Key: 'InstanceIds', Values: [...ids] }] },
  );
  const found: string[] = [];
  for await (const { InstanceInformationList = [] } of pages)
    for (const { InstanceId, PingStatus } of InstanceInformationList)
      if (InstanceId !== undefined && PingStatus === 'Online') found.push(InstanceId);
  return found;
}

async function ask(
  ssm: SSMClient,
  ids: readonly string[],
  images: readonly string[],
): Promise<ReadonlyMap<string, DiskAnswer>> {
  const { Command } = await ssm.send(
    new SendCommandCommand({
      DocumentName: 'AWS-RunShellScript',
      Comment: 'warmpath: which images are on disk',
      InstanceIds: [...ids],
      Parameters: { commands: script(images), executionTimeout: [String(WAIT_SECONDS)] },
    }),
  );
  const answers = new Map<string, DiskAnswer>();
  const deadline = Date.now() + WAIT_SECONDS * 1000;
  while (answers.size < ids.length && Date.now() < deadline) {
    await sleep(POLL_MS);
    const { CommandInvocations = [] } = await ssm.send(
      new ListCommandInvocationsCommand({ CommandId: Command?.CommandId, Details: true }),
    );
    for (const { InstanceId, Status, CommandPlugins = [] } of CommandInvocations) {
      if (InstanceId === undefined || Status === 'Pending' || Status === 'InProgress') continue;
      answers.set(InstanceId, parse(CommandPlugins.map(({ Output }) => Output ?? '').join('\n')));
    }
  }
  return answers;
}

/** References become words of a shell command. @throws BadInput for one that is none */
export function checkReferences(images: readonly string[]): void {
  const bad = images.find((image) => !REFERENCE.test(image));
  if (bad !== undefined)
    throw new BadInput(
      `--image: got ${JSON.stringify(bad)}; allowed: a reference such as repository@sha256:…`,
    );
}

/** Asks the running instances, through Systems Manager, which of the images are on their disks. */
export async function checkDisks(
  ssm: SSMClient,
  ids: readonly string[],
  images: readonly string[],
): Promise<ReadonlyMap<string, DiskAnswer>> {
  checkReferences(images);
  const answers = new Map<string, DiskAnswer>();
  for (let start = 0; start < ids.length; start += INSTANCES_PER_COMMAND) {
    const reachable = await online(ssm, ids.slice(start, start + INSTANCES_PER_COMMAND));
    if (reachable.length === 0) continue;
    for (const [id, answer] of await ask(ssm, reachable, images)) answers.set(id, answer);
  }
  return answers;
}
