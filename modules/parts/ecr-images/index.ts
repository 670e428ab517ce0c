import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy';
import { EcrPullThroughCacheRule } from '@cdktf/provider-aws/lib/ecr-pull-through-cache-rule';
import { EcrReplicationConfiguration } from '@cdktf/provider-aws/lib/ecr-replication-configuration';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository';
import { EcrRepositoryPolicy } from '@cdktf/provider-aws/lib/ecr-repository-policy';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { WarmpathError } from '../../../lambdas/errors/warmpath-error';
import type { PolicyStatement } from '../policy';
import { cacheLifecycle, imageLifecycle, type LifecycleProps } from './lifecycle';

export interface EcrImagesProps extends LifecycleProps {
  /** Name of the repository; the build cache is in `<name>-cache`. */
  readonly repositoryName: string;
  /** ARNs of principals outside of the account's own policies that may pull. @default - none */
  readonly pullPrincipalArns?: readonly string[];
  /** Upstream registry whose images are cached under a prefix. @default - none */
  readonly pullThroughCache?: {
    /** Such as `docker-hub`. */
    readonly prefix: string;
    /** Such as `registry-1.docker.io`. */
    readonly upstreamRegistryUrl: string;
    /** Secret with the credentials, whose name begins with `ecr-pullthroughcache/`. @default - none */
    readonly credentialArn?: string;
  };
  /** Region and account that every image is copied to; one configuration is there for the whole registry. @default - none */
  readonly replicateTo?: readonly { readonly region: string; readonly accountId: string }[];
  /** Deletes the repositories with their images when the stack is destroyed. @default false */
  readonly forceDelete?: boolean;
}

/** The properties of {@link EcrImages} cannot be used together, or one is out of its range. */
export class InvalidEcrImagesError extends WarmpathError {
  override readonly name = 'InvalidEcrImagesError';
}

/** Actions of a principal that pulls. */
const PULL_ACTIONS = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetDownloadUrlForLayer',
] as const;

/** Actions of a builder that pushes, besides pulling. */
const PUSH_ACTIONS = [
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
] as const;

/** Actions of `warmpath image prune --ecr`, besides pulling. */
const PRUNE_ACTIONS = ['ecr:BatchDeleteImage', 'ecr:DescribeImages'] as const;

/** What `warmpath image prune --ecr` reads to know what is in use; lists of ECS and EC2 have no resource to name. */
const IN_USE_ACTIONS = [
  ...['ec2:DescribeLaunchTemplates', 'ec2:DescribeLaunchTemplateVersions'],
  ...['ecs:DescribeServices', 'ecs:DescribeTaskDefinition', 'ecs:DescribeTasks', 'ecs:ListClusters'],
  ...['ecs:ListServices', 'ecs:ListTaskDefinitions', 'ecs:ListTasks'],
] as const;

/** What `--keep-revisions` needs besides; the action has no resource. */
const REVISION_ACTIONS = ['ecs:DeregisterTaskDefinition'] as const;

/**
 * Where `warmpath image` pushes: a repository whose tags never move, and one for the build cache whose tag does. Two
 * repositories, because version 5 of the AWS provider cannot exclude tags from immutability.
 */
export class EcrImages extends Construct {
  readonly repository: EcrRepository;
  readonly cache: EcrRepository;

  constructor(scope: Construct, id: string, props: EcrImagesProps) {
    super(scope, id);
    checkProps(this.node.path, props);
    const forceDelete = props.forceDelete ?? false;
    this.repository = new EcrRepository(this, 'images', {
      name: props.repositoryName,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [{ encryptionType: 'AES256' }],
      forceDelete,
    });
    this.cache = new EcrRepository(this, 'cache', {
      name: `${props.repositoryName}-cache`,
      imageTagMutability: 'MUTABLE',
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfiguration: [{ encryptionType: 'AES256' }],
      forceDelete,
    });
    new EcrLifecyclePolicy(this, 'images-lifecycle', {
      repository: this.repository.name,
      policy: imageLifecycle(props),
    });
    new EcrLifecyclePolicy(this, 'cache-lifecycle', {
      repository: this.cache.name,
      policy: cacheLifecycle(props),
    });
    this.allowPull(props.pullPrincipalArns ?? []);
    this.cacheUpstream(props.pullThroughCache);
    this.replicate(props);
  }

  /** Statements of a role that pulls, such as the one of ECS instances. */
  pullStatements(): readonly PolicyStatement[] {
    return [LOGIN, { actions: PULL_ACTIONS, resources: [this.repository.arn] }];
  }

  /** Statements of a role that runs `warmpath image release`. */
  releaseStatements(): readonly PolicyStatement[] {
    return [
      LOGIN,
      { actions: [...PULL_ACTIONS, ...PUSH_ACTIONS], resources: [this.repository.arn, this.cache.arn] },
    ];
  }

  /**
   * Statements of a role that runs `warmpath image prune --ecr`, for this repository.
   *
   * @param keepRevisions whether it is run with `--keep-revisions`, which deregisters task definitions
   */
  pruneStatements(keepRevisions = false): readonly PolicyStatement[] {
    return [
      LOGIN,
      { actions: [...PULL_ACTIONS, ...PRUNE_ACTIONS], resources: [this.repository.arn] },
      { actions: [...IN_USE_ACTIONS, ...(keepRevisions ? REVISION_ACTIONS : [])], resources: ['*'] },
    ];
  }

  private allowPull(principalArns: readonly string[]): void {
    if (principalArns.length === 0) return;
    new EcrRepositoryPolicy(this, 'pull', {
      repository: this.repository.name,
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Sid: 'Pull', Effect: 'Allow', Principal: { AWS: principalArns }, Action: PULL_ACTIONS },
        ],
      }),
    });
  }

  private cacheUpstream(cache: EcrImagesProps['pullThroughCache']): void {
    if (!cache) return;
    new EcrPullThroughCacheRule(this, 'upstream', {
      ecrRepositoryPrefix: cache.prefix,
      upstreamRegistryUrl: cache.upstreamRegistryUrl,
      ...(cache.credentialArn !== undefined && { credentialArn: cache.credentialArn }),
    });
  }

  private replicate({ replicateTo = [], repositoryName }: EcrImagesProps): void {
    if (replicateTo.length === 0) return;
    new EcrReplicationConfiguration(this, 'replication', {
      replicationConfiguration: {
        rule: [
          {
            destination: replicateTo.map(({ region, accountId }) => ({ region, registryId: accountId })),
            repositoryFilter: [{ filter: repositoryName, filterType: 'PREFIX_MATCH' }],
          },
        ],
      },
    });
  }
}

/** The token is for the whole registry: the action has no resource. */
const LOGIN: PolicyStatement = { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] };

/** @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const MAX_NAME = 256 - '-cache'.length;

function checkProps(path: string, { repositoryName, keptKeys = 50, untaggedDays = 7 }: EcrImagesProps): void {
  const faults: string[] = [];
  const isName = NAME.test(repositoryName) && repositoryName.length >= 2 && repositoryName.length <= MAX_NAME;
  if (!Token.isUnresolved(repositoryName) && !isName) {
    faults.push(
      `repositoryName: got ${JSON.stringify(repositoryName)}; allowed: 2 to ${MAX_NAME} lower case letters, digits and . _ - /`,
    );
  }
  for (const [name, value] of Object.entries({ keptKeys, untaggedDays })) {
    if (Token.isUnresolved(value) || (Number.isInteger(value) && value >= 1)) continue;
    faults.push(`${name}: got ${value}; allowed: a whole number from 1`);
  }
  if (faults.length > 0)
    throw new InvalidEcrImagesError('INVALID_CONFIGURATION', `${path}: ${faults.join('; ')}`);
}
