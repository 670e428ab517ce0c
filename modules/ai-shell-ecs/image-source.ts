/**
 * Where the digest of an image comes from. A tag alone is never enough: it is either resolved to a digest at plan or
 * refused, because a moved tag would make the pre-pulled bytes differ from the wanted bytes.
 */
export type ImageSource = ImageFromLock | ImageFromTag | ImageFromDigest;

/** An entry of `images.lock.json`, as `warmpath image push` writes it. */
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
  /** A digest known only at plan, from a variable; when not empty it wins and nothing is looked up. @default - none */
  readonly digestVariable?: string;
}

/** A digest, e.g. of an image in another account. */
export interface ImageFromDigest {
  readonly from: 'digest';
  /** Registry and repository, without tag. */
  readonly repositoryUrl: string;
  /** `sha256:` and 64 hexadecimal digits; of the index for an image of several platforms. */
  readonly digest: string;
}
