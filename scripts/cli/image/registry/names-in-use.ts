/** What an account runs or may run at once: texts that name images, and the tags and digests of one repository in them. */
import { gunzipSync } from 'node:zlib';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';

/** A revision of a task definition that can be started. */
export interface ActiveRevision {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  readonly images: readonly string[];
}

export interface TextsInUse {
  /** References and digests of tasks. */
  readonly images: readonly string[];
  /** Every one that is ACTIVE: a service may be set to any of them. */
  readonly revisions: readonly ActiveRevision[];
  /** ARNs of those that a task or a deployment of a service has. */
  readonly usedRevisions: ReadonlySet<string>;
  /** User data of launch templates, which may put a reference together from its parts. */
  readonly scripts: readonly string[];
}

const TASKS_PER_CALL = 100;
const SERVICES_PER_CALL = 10;
const DIGEST = /sha256:[0-9a-f]{64}/g;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** @throws {WarmpathError} where something could be read in part only; whatever else AWS answers */
export async function textsInUse(
  { ecs, ec2 }: { readonly ecs: ECSClient; readonly ec2: EC2Client },
  clusters: readonly string[],
): Promise<TextsInUse> {
  const all = clusters.length > 0 ? clusters : await clusterArns(ecs);
  const { images, definitions } = await inTasks(ecs, all);
  const ofServices = await inServices(ecs, all);
  const revisions = await activeRevisions(ecs);
  // A service goes on with a revision that was deregistered, also while it has no task.
  const inactive = ofServices.filter((name) => !revisions.some(({ arn }) => arn === name));
  for (const name of new Set(inactive)) images.push(...(await readRevision(ecs, name)).images);
  return {
    images,
    revisions,
    usedRevisions: new Set([...definitions, ...ofServices]),
    scripts: await userData(ec2),
  };
}

/**
 * Tags and digests of a repository that the texts name, whichever of the registry's host names they use. In a script,
 * a tag counts wherever it stands as a word.
 */
export function namesInUse(
  path: string,
  tags: readonly string[],
  { images, revisions, scripts }: TextsInUse,
): ReadonlySet<string> {
  const used = new Set<string>();
  const mention = new RegExp(`/${escaped(path)}(?![\\w./-])(?::(\\w[\\w.-]*))?(@sha256:)?`, 'g');
  const ofRevisions = revisions.flatMap((revision) => revision.images);
  for (const text of [...images, ...ofRevisions, ...scripts]) {
    for (const [digest] of text.matchAll(DIGEST)) used.add(digest);
    for (const [, tag, digest] of text.matchAll(mention)) {
      if (tag !== undefined) used.add(tag);
      else if (digest === undefined) used.add('latest');
    }
  }
  for (const tag of tags) {
    const word = new RegExp(`(?<![\\w.-])${escaped(tag)}(?![\\w-])`);
    if (scripts.some((script) => word.test(script))) used.add(tag);
  }
  return used;
}

/** The list of a page. @throws {WarmpathError} where the answer has none: the page was not read */
export function listOf<T>(list: readonly T[] | undefined, what: string): readonly T[] {
  if (list) return list;
  throw unreadable(what);
}

export function unreadable(what: string, cause?: unknown): WarmpathError {
  return new WarmpathError(
    'REGISTRY_FAILED',
    `prune --ecr: ${what} cannot be read, so that nothing was deleted; try again`,
    { cause },
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

async function clusterArns(ecs: ECSClient): Promise<readonly string[]> {
  const { paginateListClusters } = require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const arns: string[] = [];
  for await (const page of paginateListClusters({ client: ecs }, {}))
    arns.push(...listOf(page.clusterArns, 'the list of clusters'));
  return arns;
}

/** References and resolved digests of running and pending tasks, and the ARNs of their definitions. */
async function inTasks(ecs: ECSClient, clusters: readonly string[]) {
  const { DescribeTasksCommand, paginateListTasks } =
    require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const images: string[] = [];
  const definitions: string[] = [];
  for (const cluster of clusters) {
    const arns: string[] = [];
    for await (const page of paginateListTasks({ client: ecs }, { cluster }))
      arns.push(...listOf(page.taskArns, `the list of tasks of ${cluster}`));
    for (let at = 0; at < arns.length; at += TASKS_PER_CALL) {
      const tasks = arns.slice(at, at + TASKS_PER_CALL);
      const { tasks: described = [], failures = [] } = await ecs.send(
        new DescribeTasksCommand({ cluster, tasks }),
      );
      // A task that ended since it was listed is missing, and uses nothing.
      const unread = failures.find(({ reason }) => reason !== 'MISSING');
      if (unread || described.length + failures.length < tasks.length)
        throw unreadable(`a task of ${cluster}${unread?.reason === undefined ? '' : ` (${unread.reason})`}`);
      for (const { containers, taskDefinitionArn = '' } of described) {
        definitions.push(taskDefinitionArn);
        for (const { image = '', imageDigest = '' } of listOf(containers, `a task of ${cluster}`))
          images.push(image, imageDigest);
      }
    }
  }
  return { images, definitions };
}

/** ARNs of definitions that services want, and that their deployments and task sets still have. */
async function inServices(ecs: ECSClient, clusters: readonly string[]): Promise<readonly string[]> {
  const { DescribeServicesCommand, paginateListServices } =
    require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const definitions: string[] = [];
  for (const cluster of clusters) {
    for await (const page of paginateListServices(
      { client: ecs, pageSize: SERVICES_PER_CALL },
      { cluster },
    )) {
      const arns = listOf(page.serviceArns, `the list of services of ${cluster}`);
      if (arns.length === 0) continue;
      const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [...arns] }));
      const described = listOf(services, `a service of ${cluster}`);
      if (described.length < arns.length) throw unreadable(`a service of ${cluster}`);
      for (const service of described)
        for (const part of [service, ...(service.deployments ?? []), ...(service.taskSets ?? [])])
          if (part.taskDefinition !== undefined) definitions.push(part.taskDefinition);
    }
  }
  return definitions;
}

async function activeRevisions(ecs: ECSClient): Promise<readonly ActiveRevision[]> {
  const { paginateListTaskDefinitions } =
    require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const revisions: ActiveRevision[] = [];
  for await (const page of paginateListTaskDefinitions({ client: ecs }, { status: 'ACTIVE' }))
    for (const name of listOf(page.taskDefinitionArns, 'the list of task definitions'))
      revisions.push(await readRevision(ecs, name));
  return revisions;
}

async function readRevision(ecs: ECSClient, name: string): Promise<ActiveRevision> {
  const { DescribeTaskDefinitionCommand } =
    require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name }));
  const containers = listOf(taskDefinition?.containerDefinitions, `task definition ${name}`);
  const { taskDefinitionArn: arn = name, family = name, revision = 0 } = taskDefinition ?? {};
  return { arn, family, revision, images: containers.map(({ image = '' }) => image) };
}

/** User data of every version of every launch template: what instances pull before the first task. */
async function userData(ec2: EC2Client): Promise<readonly string[]> {
  const { paginateDescribeLaunchTemplates, paginateDescribeLaunchTemplateVersions } =
    require('@aws-sdk/client-ec2') as typeof import('@aws-sdk/client-ec2');
  const texts: string[] = [];
  for await (const page of paginateDescribeLaunchTemplates({ client: ec2 }, {})) {
    for (const { LaunchTemplateId } of listOf(page.LaunchTemplates, 'the list of launch templates')) {
      for await (const versions of paginateDescribeLaunchTemplateVersions(
        { client: ec2 },
        { LaunchTemplateId },
      )) {
        const list = listOf(versions.LaunchTemplateVersions, `launch template ${LaunchTemplateId}`);
        for (const { LaunchTemplateData } of list)
          texts.push(decoded(LaunchTemplateData?.UserData ?? '', `user data of ${LaunchTemplateId}`));
      }
    }
  }
  return texts;
}

/** cloud-init takes user data that is compressed too. */
function decoded(userData64: string, what: string): string {
  const bytes = Buffer.from(userData64, 'base64');
  if (!bytes.subarray(0, GZIP.length).equals(GZIP)) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    throw unreadable(what, error);
  }
}
