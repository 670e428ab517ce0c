/** Deletes images of ECR that no task, template or lock names. Anything that cannot be read means that nothing is deleted. */
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECRClient, ImageDetail } from '@aws-sdk/client-ecr';
import type { ECSClient } from '@aws-sdk/client-ecs';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import { awsSettings } from '../../aws';
import type { ImageDefinition } from '../files/images-file';
import { ecrRegion } from './credentials';
import { listOf, namesInUse, type TextsInUse, textsInUse, unreadable } from './names-in-use';
import { deregister, planRevisions, type RevisionsPlan } from './old-revisions';
import { parseReference } from './reference';
import { relatedImages, withRelated } from './related-images';

export interface PruneRegistryOptions {
  readonly yes: boolean;
  readonly clusters: readonly string[];
  /** Revisions of a family that stay, besides those in use; `undefined` = all. */
  readonly keepRevisions?: number | undefined;
}

export interface PrunedRegistry {
  readonly removed: { what: 'image' | 'cache' | 'registry' | 'revision'; id: string; sizeBytes: number }[];
  readonly kept: { id: string; because: string }[];
}

/** Clients of one region. */
export interface PruneClients {
  readonly ecr: ECRClient;
  readonly ecs: ECSClient;
  readonly ec2: EC2Client;
}

interface Repository {
  readonly name: string;
  readonly region: string;
}

interface RepositoryPlan extends Repository {
  readonly kept: PrunedRegistry['kept'];
  readonly unused: readonly ImageDetail[];
}

const SHIELDED = /^(?:live|keep)-/;
const IMAGES_PER_CALL = 100;
const INDEX = /index|manifest\.list/;

/** @throws {WarmpathError} for an image outside of ECR; whatever AWS answers before the first deletion */
export async function pruneRegistry(
  images: readonly ImageDefinition[],
  pinned: ReadonlySet<string>,
  options: PruneRegistryOptions,
  clientsFor: (region: string) => PruneClients = realClients,
): Promise<PrunedRegistry> {
  const clients = new Map<string, PruneClients>();
  const revisions = new Map<string, RevisionsPlan>();
  const plans: RepositoryPlan[] = [];
  const repositories = repositoriesOf(images);
  // Everything is read before anything is deleted.
  for (const repository of repositories) {
    const { region } = repository;
    const regional = clients.get(region) ?? clientsFor(region);
    const plan =
      revisions.get(region) ??
      planRevisions(
        await textsInUse(regional, options.clusters),
        options.keepRevisions ?? Number.POSITIVE_INFINITY,
        (image) => repositories.some(({ name }) => parseReference(image)?.path === name),
        (image) => isPinned(image, pinned),
      );
    clients.set(region, regional);
    revisions.set(region, plan);
    plans.push(await planRepository(regional.ecr, repository, pinned, plan.texts));
  }
  const result: PrunedRegistry = { removed: [], kept: plans.flatMap(({ kept }) => kept) };
  // Revisions first: one without its image could still be started.
  for (const [region, { old }] of revisions) {
    const ecs = clients.get(region)?.ecs;
    if (options.yes && ecs) await deregister(ecs, old);
    for (const { family, revision } of old)
      result.removed.push({ what: 'revision', id: `${family}:${revision}`, sizeBytes: 0 });
  }
  for (const { name, region, unused } of plans) {
    const ecr = clients.get(region)?.ecr;
    if (options.yes && ecr) await deleteImages(ecr, name, unused);
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

function isPinned(image: string, pinned: ReadonlySet<string>): boolean {
  const { tag = '', digest = '' } = parseReference(image) ?? {};
  return pinned.has(tag) || pinned.has(digest);
}

/** Each repository once, however many images are in it. */
function repositoriesOf(images: readonly ImageDefinition[]): readonly Repository[] {
  const found = new Map<string, Repository>();
  for (const { repository } of images) {
    const reference = parseReference(repository);
    const region = reference && ecrRegion(reference.registry);
    if (!reference || region === undefined) {
      throw new WarmpathError(
        'BAD_INPUT',
        `${repository}: no repository of ECR; leave --ecr out, or name images of ECR`,
      );
    }
    found.set(`${reference.registry}/${reference.path}`, { name: reference.path, region });
  }
  return [...found.values()];
}

function realClients(region: string): PruneClients {
  const { ECRClient: Ecr } = require('@aws-sdk/client-ecr') as typeof import('@aws-sdk/client-ecr');
  const { ECSClient: Ecs } = require('@aws-sdk/client-ecs') as typeof import('@aws-sdk/client-ecs');
  const { EC2Client: Ec2 } = require('@aws-sdk/client-ec2') as typeof import('@aws-sdk/client-ec2');
  const settings = awsSettings({ region });
  return { ecr: new Ecr(settings), ecs: new Ecs(settings), ec2: new Ec2(settings) };
}

async function planRepository(
  ecr: ECRClient,
  repository: Repository,
  pinned: ReadonlySet<string>,
  inUse: TextsInUse,
): Promise<RepositoryPlan> {
  const { name } = repository;
  const details = await allImages(ecr, name);
  const tags = details.flatMap(({ imageTags = [] }) => imageTags);
  const used = new Set([...pinned, ...namesInUse(name, tags, inUse)]);
  const kept: PrunedRegistry['kept'] = [];
  const named = new Set<string>();
  for (const { imageDigest = '', imageTags = [] } of details) {
    const isNamed = used.has(imageDigest) || imageTags.some((tag) => used.has(tag));
    if (!isNamed && !imageTags.some((tag) => SHIELDED.test(tag))) continue;
    named.add(imageDigest);
    kept.push({
      id: imageTags[0] ?? imageDigest,
      because: isNamed ? 'named by the lock, a task, a definition or a template' : 'its tag shields it',
    });
  }
  const related = await relatedImages(ecr, name, details);
  for (const { imageDigest = '', imageManifestMediaType = '' } of details) {
    // What an index consists of is not known while it cannot be read.
    if (INDEX.test(imageManifestMediaType) && !related.has(imageDigest))
      throw unreadable(`${name}@${imageDigest}`);
  }
  const stays = withRelated(named, related);
  const unused = details.filter(
    ({ imageDigest = '' }) => related.has(imageDigest) && !stays.has(imageDigest),
  );
  return { ...repository, kept, unused };
}

async function allImages(ecr: ECRClient, repositoryName: string): Promise<readonly ImageDetail[]> {
  const { paginateDescribeImages } = require('@aws-sdk/client-ecr') as typeof import('@aws-sdk/client-ecr');
  const found: ImageDetail[] = [];
  for await (const page of paginateDescribeImages({ client: ecr }, { repositoryName }))
    found.push(...listOf(page.imageDetails, `the list of images of ${repositoryName}`));
  return found;
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
  for (let at = 0; at < ordered.length; at += IMAGES_PER_CALL) {
    const imageIds = ordered.slice(at, at + IMAGES_PER_CALL).map(({ imageDigest }) => ({ imageDigest }));
    const { failures = [] } = await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds }));
    const failure = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound');
    if (failure) {
      throw new WarmpathError(
        'REGISTRY_FAILED',
        `${repositoryName}: ${failure.imageId?.imageDigest} was not deleted (${failure.failureCode}: ${failure.failureReason}); run prune again`,
      );
    }
  }
}
