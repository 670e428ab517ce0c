import type { GivenOrFound } from './given-or-found';

/**
 * Where the digest of an image comes from. A tag alone is never enough: it is either resolved to a digest at plan or
 * refused, because a moved tag would make the pre-pulled bytes differ from the wanted bytes.
 */
export type ImageSource = ImageFromLock | ImageFromTag | ImageFromDigest;

/** An entry of `images.lock.json`, which records what was pushed: repository, tag, digest. */
export interface ImageFromLock {
  readonly from: 'lock';
  /** Absolute path of the lock file. */
  readonly lockFile: string;
  readonly name: string;
}

/** A tag of an ECR repository, looked up at plan, so that a moved tag shows as a change. */
export interface ImageFromTag {
  readonly from: 'tag';
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>` */
  readonly repositoryUrl: string;
  readonly tag: string;
  /** A digest from a variable, which wins where it is not empty, and whether the tag is looked up. @default - the tag is looked up */
  readonly digest?: GivenOrFound;
}

/** A pinned reference as it is: `<registry>/<repository>@sha256:<64 hex>`, of the index for several platforms. */
export interface ImageFromDigest {
  readonly from: 'digest';
  readonly reference: string;
  /**
   * Secrets Manager secret `{"username": …, "password": …}` for a private registry other than ECR. Instances, build host and
   * agent read it; where a key of your own encrypts it, their roles need `kms:Decrypt` beside. @default - no login
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
   */
  readonly credentialsSecretArn?: string;
}
