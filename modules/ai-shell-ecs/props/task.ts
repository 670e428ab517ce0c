import type { IResolvable } from 'cdktf';
import type { ImageSource } from '../image-source';

export interface TaskProps {
  /** CPU units, 1,024 to a vCPU. @default 512 */
  readonly cpuUnits?: number;
  /** @default 1024 */
  readonly memoryMib?: number;
  /** @default - the image's own */
  readonly command?: readonly string[];
  /** Plain environment variables; secrets belong in `secrets`. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Variable name to the ARN of an SSM parameter or Secrets Manager secret. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** 'bridge' or 'awsvpc'. @default 'bridge' */
  readonly networkMode?: 'bridge' | 'awsvpc';
  /** @default - the agent's containerStopTimeout */
  readonly stopTimeoutSeconds?: number;
  /** ECS Exec needs a writable root. @default false */
  readonly readonlyRootFilesystem?: boolean;
  /** User of the container, as `name`, `uid` or `uid:gid`. @default - the image's own */
  readonly user?: string;
  /** Programs such as sudo gain nothing by their owner's rights. @default false */
  readonly noNewPrivileges?: boolean | IResolvable;
  /** Limits of the container's processes, by their Linux name, such as `nofile`. @default - the engine's own */
  readonly ulimits?: Readonly<Record<string, UlimitProps>>;
  /** GPUs that the container has to itself; AMI and instance types must have them. @default 0 */
  readonly gpus?: number;
  /** File systems in the shell, by a name of your choice. @default none */
  readonly volumes?: Readonly<Record<string, VolumeProps>>;
  /** Containers beside the shell in every task, by name; their images are on disk before a task comes, too. @default none */
  readonly sidecars?: Readonly<Record<string, SidecarProps>>;
  /** @default - a role that may open Exec sessions and mount `volumes`, and nothing else */
  readonly taskRoleArn?: string;
}

export interface UlimitProps {
  readonly soft: number;
  readonly hard: number;
}

/** A volume and where the shell sees it. Shells on one host share what is on the host. */
export type VolumeProps = MountProps &
  (
    | {
        /** Empty when the task starts, and gone with it; for the shell and its sidecars. */
        readonly from: 'task';
      }
    | {
        /** A folder of the instance; not one that would give the host away. */
        readonly from: 'host';
        readonly hostPath: string;
      }
    | {
        /** An EFS file system, encrypted on its way, with the rights of the task's role. */
        readonly from: 'efs';
        readonly fileSystemId: string;
        /** @default - none: the root of the file system */
        readonly accessPointId?: string;
        /** Security group of the mount targets, which the instances' own group may then reach. @default - none, with given groups */
        readonly securityGroupId?: string;
      }
  );

export interface MountProps {
  readonly containerPath: string;
  /** @default false */
  readonly readOnly?: boolean;
}

/** A container beside the shell: it shares CPU and memory of the task. In bridge mode the shell reaches it by its name. */
export interface SidecarProps {
  readonly image: ImageSource;
  /** @default - the image's own */
  readonly command?: readonly string[];
  /** @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Variable name to the ARN of an SSM parameter or Secrets Manager secret. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The task ends when this container ends. @default true */
  readonly essential?: boolean;
  /** What the shell waits for: that this container was started, or is healthy by `healthCheck`. @default 'START' */
  readonly shellWaitsFor?: 'START' | 'HEALTHY';
  /** Command in the container, `CMD` or `CMD-SHELL` first, that ends with 0 while it is healthy. @default none */
  readonly healthCheck?: readonly string[];
  /** Name of a volume of the task to its path in this container. @default none */
  readonly mounts?: Readonly<Record<string, string>>;
  /** @default - the image's own */
  readonly user?: string;
}

export interface ExecProps {
  /** Encrypts sessions and their record; its policy must let CloudWatch Logs use it. @default - a new key */
  readonly kmsKeyArn?: string;
  /** How long the record of sessions is kept, in days. @default 365 */
  readonly recordRetentionDays?: number;
  /** The record outlives the deployment, and sessions that are switched off; needs a `kmsKeyArn` that does too. @default false */
  readonly retainRecord?: boolean;
}
