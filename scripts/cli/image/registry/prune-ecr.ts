/** Deletes images of ECR that no task, template or lock names. Anything that cannot be read means that nothing is deleted. */
import type { ECRClient, ImageDetail } from '@aws-sdk/client-ecr';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import type { ImageDefinition } from '../files/images-file';
import { ecrRegion } from './credentials';
import { parseReference } from './reference';

export interface PruneRegistryOptions {
  readonly yes: boolean;
  readonly clusters: readonly string[];
}

export interface PrunedRegistry {
  readonly removed: { what: 'image' | 'cache' | 'registry'; id: string; sizeBytes: number }[];
  readonly kept: { id: string; because: string }[];
}

/** Clients of one region, so that tests can give their own. */
export interface PruneClients {
  readonly ecr: ECRClient;
  readonly ecs: ECSClient;
  readonly ec2: import('@aws-sdk/client-ec2').EC2Client;
}

const SHIELDED = /^(?:live|keep)-/;
const BATCH = 100;
const INDEX = /index|manifest\.list/;

/** @throws {WarmpathError} for an image outside of ECR; whatever AWS answers before the first deletion */
export async function pruneRegistry(
  images: readonly ImageDefinition[],
  pinned: ReadonlySet<string>,
  options: PruneRegistryOptions,
  clientsFor: (region: string) => PruneClients = realClients,
): Promise<PrunedRegistry> {
  const result: PrunedRegistry = { removed: [], kept: [] };
  const plans: {
    readonly name: string;
    readonly clients: PruneClients;
    readonly unused: readonly ImageDetail[];
  }[] = [];
  // Everything is read before anything is deleted.
  for (const { repository } of images) {
    const reference = parseReference(repository);
    const region = reference && ecrRegion(reference.registry);
    if (!reference || region === undefined) {
      throw new WarmpathError(
        'BAD_INPUT',
        `${repository}: no repository of ECR; leave --ecr out, or name images of ECR`,
      );
    }
    const clients = clientsFor(region);
    const used = new Set([...pinned, ...(await namesInUse(clients, repository, options.clusters))]);
    const details = await allImages(clients.ecr, reference.path);
    const kept = await keptWithChildren(clients.ecr, reference.path, details, used, result);
    plans.push({
      name: reference.path,
      clients,
      unused: details.filter(({ imageDigest = '' }) => !kept.has(imageDigest)),
    });
  }
  for (const { name, clients, unused } of plans) {
    if (options.yes) await deleteImages(clients.ecr, name, unused);
    for (const { imageDigest = '', imageSizeInBytes = 0, imageTags } of unused) {
      result.removed.push({
        what: 'registry',
        id: `${name}${imageTags?.[0] ? `:${imageTags[0]}` : `@${imageDigest}`}`,
        sizeBytes: imageSizeInBytes,
      });
    }
  }
  return result;
}

function realClients(region: string): PruneClients {
  const { ECRClient: Ecr } = require('@aws-sdk/client-ecr') as typeof import('@aws-sdk/client-ecr');
  const { ECSClient: Ecs } = require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const { EC2Client: Ec2 } = require('@aws-sdk/client-ec2') as typeof import('@aws-sdk/client-ec2');
  return { ecr: new Ecr({ region }), ecs: new Ecs({ region }), ec2: new Ec2({ region }) };
}

async function allImages(ecr: ECRClient, repositoryName: string): Promise<readonly ImageDetail[]> {
  const { paginateDescribeImages } = require('@aws-sdk/client-ecr') as typeof import('@aws-sdk/client-ecr');
  const found: ImageDetail[] = [];
  for await (const page of paginateDescribeImages({ client: ecr }, { repositoryName }))
    found.push(...(page.imageDetails ?? []));
  return found;
}

/** Digests and tags of a repository that tasks, active task definitions and launch templates name. */
async function namesInUse(
  { ecs, ec2 }: PruneClients,
  repository: string,
  clusters: readonly string[],
): Promise<ReadonlySet<string>> {
  const texts = [
    ...(await taskImages(ecs, clusters)),
    ...(await definitionImages(ecs)),
    ...(await templateTexts(ec2)),
  ];
  const used = new Set<string>();
  const escaped = repository.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const mention = new RegExp(`${escaped}(?::([\\w.-]+))?(?:@(sha256:[0-9a-f]{64}))?`, 'g');
  for (const text of texts) {
    for (const [, tag, digest] of text.matchAll(mention)) {
      if (digest !== undefined) used.add(digest);
      else used.add(tag ?? 'latest');
      if (tag !== undefined) used.add(tag);
    }
    if (/^sha256:[0-9a-f]{64}$/.test(text)) used.add(text);
  }
  return used;
}

/** References and resolved digests of running and pending tasks. */
async function taskImages(ecs: ECSClient, named: readonly string[]): Promise<readonly string[]> {
  const { DescribeTasksCommand, paginateListClusters, paginateListTasks } =
    require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const clusters = [...named];
  if (clusters.length === 0) {
    for await (const page of paginateListClusters({ client: ecs }, {}))
      clusters.push(...(page.clusterArns ?? []));
  }
  const images: string[] = [];
  for (const cluster of clusters) {
    const arns: string[] = [];
    for await (const page of paginateListTasks({ client: ecs }, { cluster }))
      arns.push(...(page.taskArns ?? []));
    for (let at = 0; at < arns.length; at += BATCH) {
      const tasks = arns.slice(at, at + BATCH);
      const { tasks: described = [], failures = [] } = await ecs.send(
        new DescribeTasksCommand({ cluster, tasks }),
      );
      const unread = failures.filter(({ reason }) => reason !== 'MISSING');
      if (unread.length > 0) throw unreadable(`tasks of ${cluster}: ${unread[0]?.reason ?? 'failed'}`);
      for (const { containers = [] } of described) {
        images.push(...containers.flatMap(({ image, imageDigest }) => [image ?? '', imageDigest ?? '']));
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
    for (const taskDefinition of page.taskDefinitionArns ?? []) {
      const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      if (!answer.taskDefinition) throw unreadable(`task definition ${taskDefinition}`);
      images.push(...(answer.taskDefinition.containerDefinitions ?? []).map(({ image = '' }) => image));
    }
  }
  return images;
}

/** User data of every version of every launch template: what instances pull before the first task. */
async function templateTexts(ec2: PruneClients['ec2']): Promise<readonly string[]> {
  const { paginateDescribeLaunchTemplates, paginateDescribeLaunchTemplateVersions } =
    require('@aws-sdk/client-ec2') as typeof import('@aws-sdk/client-ec2');
  const texts: string[] = [];
  for await (const page of paginateDescribeLaunchTemplates({ client: ec2 }, {})) {
    for (const { LaunchTemplateId } of page.LaunchTemplates ?? []) {
      for await (const versions of paginateDescribeLaunchTemplateVersions(
        { client: ec2 },
        { LaunchTemplateId },
      )) {
        for (const { LaunchTemplateData } of versions.LaunchTemplateVersions ?? []) {
          texts.push(Buffer.from(LaunchTemplateData?.UserData ?? '', 'base64').toString('utf8'));
        }
      }
    }
  }
  return texts;
}

function unreadable(what: string): WarmpathError {
  return new WarmpathError(
    'REGISTRY_FAILED',
    `prune --ecr: ${what} cannot be read, so that nothing was deleted; try again`,
  );
}

/** Digests that stay: named ones, shielded ones, what their indexes consist of, and what refers to them. */
async function keptWithChildren(
  ecr: ECRClient,
  repositoryName: string,
  details: readonly ImageDetail[],
  used: ReadonlySet<string>,
  { kept: told }: PrunedRegistry,
): Promise<ReadonlySet<string>> {
  const kept = new Set<string>();
  for (const { imageDigest = '', imageTags = [] } of details) {
    const named = used.has(imageDigest) || imageTags.some((tag) => used.has(tag));
    const shielded = imageTags.some((tag) => SHIELDED.test(tag));
    if (!named && !shielded) continue;
    kept.add(imageDigest);
    told.push({
      id: imageTags[0] ?? imageDigest,
      because: named ? 'named by the lock, a task, a definition or a template' : 'its tag shields it',
    });
  }
  const manifests = await manifestsOf(ecr, repositoryName, details);
  for (let before = -1; before !== kept.size; ) {
    before = kept.size;
    for (const [digest, { children, subject }] of manifests) {
      if (kept.has(digest)) for (const child of children) kept.add(child);
      if (subject !== undefined && kept.has(subject)) kept.add(digest);
    }
  }
  return kept;
}

interface Related {
  readonly children: readonly string[];
  readonly subject: string | undefined;
}

async function manifestsOf(
  ecr: ECRClient,
  repositoryName: string,
  details: readonly ImageDetail[],
): Promise<ReadonlyMap<string, Related>> {
  const { BatchGetImageCommand } = require('@aws-sdk/client-ecr') as typeof import('@aws-sdk/client-ecr');
  const related = new Map<string, Related>();
  for (let at = 0; at < details.length; at += BATCH) {
    const imageIds = details.slice(at, at + BATCH).map(({ imageDigest }) => ({ imageDigest }));
    const { images = [], failures = [] } = await ecr.send(
      new BatchGetImageCommand({ repositoryName, imageIds }),
    );
    const unread = failures.filter(({ failureCode }) => failureCode !== 'ImageNotFound');
    if (unread.length > 0) throw unreadable(`${repositoryName}: ${unread[0]?.failureCode ?? 'manifest'}`);
    for (const { imageId, imageManifest = '{}', imageManifestMediaType = '' } of images) {
      const manifest: { manifests?: { digest: string }[]; subject?: { digest: string } } =
        JSON.parse(imageManifest);
      const children =
        INDEX.test(imageManifestMediaType) || manifest.manifests ? (manifest.manifests ?? []) : [];
      related.set(imageId?.imageDigest ?? '', {
        children: children.map(({ digest }) => digest),
        subject: manifest.subject?.digest,
      });
    }
  }
  return related;
}

async function deleteImages(
  ecr: ECRClient,
  repositoryName: string,
  unused: readonly ImageDetail[],
): Promise<void> {
  const { BatchDeleteImageCommand } = require('@aws-sdk/client-ecr') as typeof import('@aws-sdk/client-ecr');
  // Indexes first: ECR keeps an image that an index still names.
  const ordered = [...unused].sort(
    (a, b) =>
      Number(INDEX.test(b.imageManifestMediaType ?? '')) - Number(INDEX.test(a.imageManifestMediaType ?? '')),
  );
  for (let at = 0; at < ordered.length; at += BATCH) {
    const imageIds = ordered.slice(at, at + BATCH).map(({ imageDigest }) => ({ imageDigest }));
    const { failures = [] } = await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds }));
    const [failure] = failures.filter(({ failureCode }) => failureCode !== 'ImageNotFound');
    if (failure) {
      throw new WarmpathError(
        'REGISTRY_FAILED',
        `${repositoryName}: ${failure.imageId?.imageDigest} was not deleted (${failure.failureCode}: ${failure.failureReason}); run prune again`,
      );
    }
  }
}
