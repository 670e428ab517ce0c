import { LocalBackend, S3Backend, type TerraformStack } from 'cdktf';
import { HcpBackend } from './hcp-backend';

/** Where the state of a stack is kept. Chosen explicitly: there is no default that could start with an empty state. */
export type BackendConfig = LocalStateConfig | S3StateConfig | HcpStateConfig;

/** State on this machine, for trying things out. */
export interface LocalStateConfig {
  readonly kind: 'local';
  /** Folder of the state files, relative to the repository root. */
  readonly folder: string;
}

/** State in an S3 bucket, locked by a lock file in the same bucket (Terraform 1.10 or later). */
export interface S3StateConfig {
  readonly kind: 's3';
  readonly bucket: string;
  readonly region: string;
  /** Prefix of the keys; a stack's key is `<prefix>/<stack>.tfstate`. */
  readonly keyPrefix: string;
  /** KMS key that encrypts the state. @default - the bucket's own encryption */
  readonly kmsKeyId?: string;
}

/** State and runs in HCP Terraform, one workspace per stack. */
export interface HcpStateConfig {
  readonly kind: 'cloud';
  readonly organization: string;
  /** A stack's workspace is `<prefix><stack>`. @default - no prefix */
  readonly workspacePrefix?: string;
  /** Host of a Terraform Enterprise installation. @default - HCP Terraform */
  readonly hostname?: string;
}

/** Gives the stack the backend of its environment. */
export function configureBackend(stack: TerraformStack, config: BackendConfig): void {
  const name = stack.node.id;
  switch (config.kind) {
    case 'local':
      // Terraform resolves the path from the folder it runs in, cdktf.out/stacks/<stack>. The library's own default is
      // an absolute path, which differs per machine.
      new LocalBackend(stack, { path: `../../../${config.folder}/${name}.tfstate` });
      return;
    case 's3':
      new S3Backend(stack, {
        bucket: config.bucket,
        region: config.region,
        key: `${config.keyPrefix}/${name}.tfstate`,
        encrypt: true,
        ...(config.kmsKeyId === undefined ? {} : { kmsKeyId: config.kmsKeyId }),
      });
      // The binding knows only the deprecated lock by a DynamoDB table.
      stack.addOverride('terraform.backend.s3.use_lockfile', true);
      return;
    case 'cloud':
      new HcpBackend(stack, {
        organization: config.organization,
        workspace: `${config.workspacePrefix ?? ''}${name}`,
        ...(config.hostname === undefined ? {} : { hostname: config.hostname }),
      });
      return;
  }
}
