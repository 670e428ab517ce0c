/** What a registry stores: manifests, and the blobs that they name. */

export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  /** The bytes as they are stored, which the digest is of. */
  readonly body: Buffer;
}

/** A layer or a configuration that is a file on this machine. */
export interface LocalBlob {
  readonly digest: string;
  readonly sizeBytes: number;
  /** Absolute path. */
  readonly file: string;
}
