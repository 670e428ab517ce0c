import { DataAwsEcrImage } from '@cdktf/provider-aws/lib/data-aws-ecr-image';
import { Fn, propertyAccess, Token } from 'cdktf';
import type { Construct } from 'constructs';
import { ECR_REPOSITORY_PATTERN } from './ecr-registry';
import { givenOrFound } from './given-or-found';
import type { ImageSource } from './image-source';
import { readLockedImage } from './images-lock';

/** One image, pinned: the same string goes to the task definition, the pre-pull and the golden AMI. */
export interface ImageReference {
  /** `<repository URL>@sha256:…` */
  readonly reference: string;
  readonly digest: string;
  readonly repositoryUrl: string;
  /** The parts of a private ECR repository; absent for other registries. */
  readonly ecr: EcrRepository | undefined;
  /** Secret with the login of another registry; absent where it is pulled from without one. */
  readonly credentialsSecretArn: string | undefined;
}

export interface EcrRepository {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** Pins an image. `scope` gets a data source when a tag has to be resolved at plan. */
export function pinImage(scope: Construct, id: string, source: ImageSource): ImageReference {
  switch (source.from) {
    case 'lock': {
      const locked = readLockedImage(source.lockFile, source.name);
      return pinned(locked.repo, locked.digest);
    }
    case 'digest': {
      const [repositoryUrl = '', digest = ''] = source.reference.split('@');
      return pinned(repositoryUrl, digest, source.credentialsSecretArn);
    }
    case 'tag':
      return pinned(source.repositoryUrl, resolveTag(scope, id, source));
  }
}

function pinned(repositoryUrl: string, digest: string, credentialsSecretArn?: string): ImageReference {
  return {
    reference: `${repositoryUrl}@${digest}`,
    digest,
    repositoryUrl,
    ecr: ecrRepository(repositoryUrl),
    credentialsSecretArn,
  };
}

function resolveTag(scope: Construct, id: string, source: Extract<ImageSource, { from: 'tag' }>): string {
  const repository = ecrRepository(source.repositoryUrl);
  if (repository === undefined) {
    throw new Error(
      `${id}: only tags of ECR repositories are resolved; the rules refuse others before this point`,
    );
  }
  const lookup = { repositoryName: repository.name, registryId: repository.accountId, imageTag: source.tag };
  if (source.digest === undefined) {
    return new DataAwsEcrImage(scope, id, lookup).imageDigest;
  }
  return givenOrFound(
    source.digest,
    'image_digest',
    (count) => new DataAwsEcrImage(scope, id, { ...lookup, count }),
  );
}

/** Returns the parts of a private ECR URL, `undefined` for other registries; Terraform takes a variable apart at plan. */
export function ecrRepository(repositoryUrl: string): EcrRepository | undefined {
  if (Token.isUnresolved(repositoryUrl)) {
    // A URL of another form is refused by the validation of its variable, once, and not again wherever it is taken apart.
    const parts = Fn.try([Fn.regex(ECR_REPOSITORY_PATTERN, repositoryUrl), ['', '', '', '', '', '']]);
    const [accountId, , , region, , name] = [0, 1, 2, 3, 4, 5].map((group) =>
      Token.asString(propertyAccess(parts, [group])),
    );
    return { accountId: accountId ?? '', region: region ?? '', name: name ?? '' };
  }
  const [, accountId, , , region, , name] = new RegExp(ECR_REPOSITORY_PATTERN).exec(repositoryUrl) ?? [];
  if (accountId === undefined || region === undefined || name === undefined) return undefined;
  return { accountId, region, name };
}

/** Host of a registry to the ARN of the secret with its login, of those images that need one. */
export function registrySecrets(images: readonly ImageReference[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    images.flatMap(({ repositoryUrl, credentialsSecretArn }) =>
      credentialsSecretArn === undefined ? [] : [[registryOf(repositoryUrl), credentialsSecretArn] as const],
    ),
  );
}

/** Host of the registry in a repository's URL or a reference. */
export function registryOf(repositoryUrl: string): string {
  return repositoryUrl.split('/')[0] ?? '';
}
