import { ecrRepository, registryOf } from '../image-reference';
import type { ImageSource } from '../image-source';
import { ImageLockError, readLockedImage } from '../images-lock';
import { type AiShellEcsSettings, imageSourcesOf } from '../settings';
import { isUnknown, type Rule } from './rule';

const PINNED = /^[a-z0-9][a-z0-9.:-]*\/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/;
const PLAIN_URL = /^[a-z0-9][a-z0-9.:-]*\/[a-z0-9._/-]+$/;
const SECRET_ARN = /^arn:[^:]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** The first problem of any image. */
function eachImage(check: (source: ImageSource) => string | undefined): Rule['problem'] {
  return (settings: AiShellEcsSettings) =>
    imageSourcesOf(settings)
      .map(check)
      .find((problem) => problem !== undefined);
}

export const imageRules: readonly Rule[] = [
  {
    id: 'image-lock-unusable',
    problem: eachImage((source) => {
      if (source.from !== 'lock') return undefined;
      try {
        readLockedImage(source.lockFile, source.name);
        return undefined;
      } catch (error) {
        if (!(error instanceof ImageLockError)) throw error;
        return `image.lockFile: got an entry that cannot be used; ${error.message}`;
      }
    }),
  },
  {
    id: 'image-without-digest',
    problem: eachImage((source) => {
      if (source.from !== 'digest' || isUnknown(source.reference) || PINNED.test(source.reference))
        return undefined;
      return (
        `image.reference: got ${source.reference}, which is not pinned; a tag can move, and then the pre-pulled bytes are ` +
        "not the wanted bytes while the instance keeps the old ones for ever; write <repository>@sha256:<64 hex>, or { from: 'tag' } " +
        "to resolve the tag at plan, or { from: 'lock' }"
      );
    }),
  },
  {
    id: 'image-url-with-tag',
    problem: eachImage((source) => {
      if (source.from !== 'tag' || isUnknown(source.repositoryUrl) || PLAIN_URL.test(source.repositoryUrl))
        return undefined;
      return (
        `image.repositoryUrl: got ${source.repositoryUrl}; it is the repository alone, because the digest found for the tag ` +
        'is appended to it; write it without scheme, tag and digest'
      );
    }),
  },
  {
    id: 'image-tag-outside-ecr',
    problem: eachImage((source) => {
      if (source.from !== 'tag' || isUnknown(source.repositoryUrl)) return undefined;
      if (!PLAIN_URL.test(source.repositoryUrl) || ecrRepository(source.repositoryUrl) !== undefined)
        return undefined;
      return (
        `image.repositoryUrl: got ${source.repositoryUrl}; only a private ECR repository can be asked for the digest of a tag ` +
        "at plan; write { from: 'digest', reference: '<repository>@sha256:…' } for another registry"
      );
    }),
  },
  {
    id: 'image-tag-malformed',
    problem: eachImage((source) =>
      source.from !== 'tag' || isUnknown(source.tag) || TAG.test(source.tag)
        ? undefined
        : `image.tag: got "${source.tag}"; a tag has 1 to 128 letters, digits, dots, hyphens and underscores; correct it`,
    ),
  },
  {
    id: 'registry-login-malformed',
    problem: eachImage((source) =>
      source.from !== 'digest' ||
      source.credentialsSecretArn === undefined ||
      SECRET_ARN.test(source.credentialsSecretArn)
        ? undefined
        : `image.credentialsSecretArn: got ${source.credentialsSecretArn}; it is the ARN of a whole Secrets Manager secret with username and ` +
          'password, without a JSON key; write arn:…:secretsmanager:…:secret:…',
    ),
  },
  {
    id: 'registry-login-for-ecr',
    problem: eachImage((source) =>
      source.from !== 'digest' ||
      source.credentialsSecretArn === undefined ||
      ecrRepository(source.reference.split('@')[0] ?? '') === undefined
        ? undefined
        : `image.credentialsSecretArn: got one for ${source.reference}; in ECR instances and tasks sign in by their roles; leave it out`,
    ),
  },
  {
    id: 'registry-logins-differ',
    problem: (settings) => {
      const logins = new Map<string, string | undefined>();
      for (const source of imageSourcesOf(settings)) {
        if (source.from !== 'digest' || isUnknown(source.reference)) continue;
        const registry = registryOf(source.reference);
        if (logins.has(registry) && logins.get(registry) !== source.credentialsSecretArn)
          return (
            `image.credentialsSecretArn: got two answers for ${registry}; Docker keeps one login for a registry; write the same secret at each ` +
            'of its images'
          );
        logins.set(registry, source.credentialsSecretArn);
      }
      return undefined;
    },
  },
  {
    id: 'pull-always-asks-the-registry',
    problem: ({ agent }) =>
      agent.imagePullBehavior === 'prefer-cached'
        ? undefined
        : `agent.imagePullBehavior: got ${agent.imagePullBehavior}; every task start then needs the registry, and the agent's ` +
          "cleanup may delete an image that is only pre-pulled; write 'prefer-cached', which is safe because images are pinned",
  },
];
