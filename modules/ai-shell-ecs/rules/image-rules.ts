import { ecrRepository } from '../image-reference';
import type { ImageSource } from '../image-source';
import { ImageLockError, readLockedImage } from '../images-lock';
import type { AiShellEcsSettings } from '../settings';
import { isUnknown, type Rule } from './rule';

const PINNED = /^[a-z0-9][a-z0-9.:-]*\/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/;
const PLAIN_URL = /^[a-z0-9][a-z0-9.:-]*\/[a-z0-9._/-]+$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** The first problem of any image. */
function eachImage(check: (source: ImageSource) => string | undefined): Rule['problem'] {
  return ({ given }: AiShellEcsSettings) =>
    [given.image, ...Object.values(given.additionalImages ?? {})]
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
    id: 'pull-always-asks-the-registry',
    problem: ({ agent }) =>
      agent.imagePullBehavior === 'prefer-cached'
        ? undefined
        : `agent.imagePullBehavior: got ${agent.imagePullBehavior}; every task start then needs the registry, and the agent's ` +
          "cleanup may delete an image that is only pre-pulled; write 'prefer-cached', which is safe because images are pinned",
  },
];
