import type { IResolvable } from 'cdktf';

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
  /** @default - a role that may open Exec sessions and nothing else */
  readonly taskRoleArn?: string;
}

export interface ExecProps {
  /** Encrypts sessions and their record; its policy must let CloudWatch Logs use it. @default - a new key */
  readonly kmsKeyArn?: string;
  /** How long the record of sessions is kept, in days. @default 365 */
  readonly recordRetentionDays?: number;
  /** The record outlives the deployment, and sessions that are switched off; needs a `kmsKeyArn` that does too. @default false */
  readonly retainRecord?: boolean;
}
