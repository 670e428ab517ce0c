/** What an account runs or may run at once: texts that name images, and the tags and digests of one repository in them. */
import { gunzipSync } from 'node:zlib';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';

export interface TextsInUse {
  /** References and digests of tasks and of task definitions. */
  readonly images: readonly string[];
  /** User data of launch templates, which may put a reference together from its parts. */
  readonly scripts: readonly string[];
}

const TASKS_PER_CALL = 100;
const DIGEST = /sha256:[0-9a-f]{64}/g;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** @throws {WarmpathError} where something could be read in part only; whatever else AWS answers */
export async function textsInUse(
  { ecs, ec2 }: { readonly ecs: ECSClient; readonly ec2: EC2Client },
  clusters: readonly string[],
): Promise<TextsInUse> {
  return {
    images: [...(await taskImages(ecs, clusters)), ...(await definitionImages(ecs))],
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
  { images, scripts }: TextsInUse,
): ReadonlySet<string> {
  const used = new Set<string>();
  const mention = new RegExp(`/${escaped(path)}(?![\\w./-])(?::(\\w[\\w.-]*))?(@sha256:)?`, 'g');
  for (const text of [...images, ...scripts]) {
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

/** References and resolved digests of running and pending tasks. */
async function taskImages(ecs: ECSClient, named: readonly string[]): Promise<readonly string[]> {
  const { DescribeTasksCommand, paginateListClusters, paginateListTasks } =
    require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const clusters = [...named];
  if (clusters.length === 0) {
    for await (const page of paginateListClusters({ client: ecs }, {}))
      clusters.push(...listOf(page.clusterArns, 'the list of clusters'));
  }
  const images: string[] = [];
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
      for (const { containers } of described) {
        for (const { image = '', imageDigest = '' } of listOf(containers, `a task of ${cluster}`))
          images.push(image, imageDigest);
      }
    }
  }
  return images;
}

/** Images of every revision that is ACTIVE: a service may be set to any of them. */
async function definitionImages(ecs: ECSClient): Promise<readonly string[]> {
  const { DescribeTaskDefinitionCommand, paginateListTaskDefinitions } =
    require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const images: string[] = [];
  for await (const page of paginateListTaskDefinitions({ client: ecs }, { status: 'ACTIVE' })) {
    for (const name of listOf(page.taskDefinitionArns, 'the list of task definitions')) {
      const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name }));
      const containers = listOf(taskDefinition?.containerDefinitions, `task definition ${name}`);
      images.push(...containers.map(({ image = '' }) => image));
    }
  }
  return images;
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
