import type { IResolvable } from 'cdktf';
import type { RoleProps } from '../parts/iam-roles';
import type { NodeVersion } from '../parts/node-version';
import type { Tags } from '../parts/tags';
import type { ApiByVariable, ApiQuota, PrivateApi, RegionalApi } from './api';
import type { FleetSizing } from './fleet';
import type { EdgesProps } from './given-edges';
import type { NetworkProps } from './network';
import type { PopCheckProps } from './pop-check';
import type { Subscriber } from './subscribers';

export interface PrewarmProps {
  /** Name of the deployment, such as `prod`; the last part of every name. 1 to 20 lower-case letters, digits and dashes. */
  readonly deployment: string;
  readonly accountId: string;
  readonly region: string;
  /** @default - that of the Region */
  readonly partition?: string;
  /** @default - a VPC made for the fleet */
  readonly network?: NetworkProps;
  /** @default - regional */
  readonly api?: RegionalApi | PrivateApi | ApiByVariable;
  readonly quota?: ApiQuota;
  readonly fleet?: FleetSizing;
  /** Subscribers of the topic of ended requests and alarms. @default - none; the topic exists */
  readonly subscribers?: readonly Subscriber[];
  /** Distributions whose objects may be invalidated. @default - all of the account */
  readonly distributionIds?: readonly string[];
  /** Codes of PoPs newer than the data file, such as `warmpath prewarm pops` discovers; their city must be known. @default none */
  readonly extraPops?: readonly string[];
  /** Ranges in which CloudFront's addresses are, and addresses of PoPs. @default - DNS alone says where edges are */
  readonly edges?: EdgesProps;
  /** URLs of an uploaded list, 1 to 3,000,000: what the API function reads before API Gateway stops waiting. @default 1,000,000 */
  readonly maxListUrls?: number;
  /** URLs that one sitemap or playlist may expand to, 1 to 30,000,000. @default 1,000,000 */
  readonly maxSourceUrls?: number;
  /** ARN of an SSM parameter (SecureString under `aws/ssm`) with the secret that webhooks are signed with, `whsec_` and base64. @default - webhooks are not signed */
  readonly webhookSecretArn?: string;
  /** Asks in a schedule whether PoPs still have names of their own, with an alarm. @default - off: it needs the name of a distribution */
  readonly popCheck?: PopCheckProps;
  /** How long an invalidation is waited for before warming starts with a warning, in seconds, 0 to 780. @default 600 */
  readonly invalidationWaitSeconds?: number;
  /** How long a slice stays hidden from other agents; they renew it while they work. 30 to 43,200. @default 120 */
  readonly visibilitySeconds?: number;
  /** Deliveries after which a slice is given up and its fetches count as failed, 2 to 900. @default 5 */
  readonly maxDeliveries?: number;
  /** Rows and files of a request are removed after so many days, 7 to 3,650. @default 30 */
  readonly retentionDays?: number;
  /** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html @default 30 */
  readonly logRetentionDays?: number;
  /** Major version of Node.js of functions and agents; 24 needs the AWS provider 6.19 or later. @default - the newest that the locked provider knows */
  readonly nodeVersion?: NodeVersion;
  /** Encrypts the log groups; its policy must let CloudWatch Logs use it. @default - AWS's own key */
  readonly logKmsKeyArn?: string;
  /** What an organization says of every role: names, path, boundary. @default - named after `deployment`, on the path `/`, without a boundary */
  readonly roles?: RoleProps;
  /** Tags of every resource and every agent. @default none */
  readonly tags?: Tags;
  /** Refuse to delete tables and a bucket that hold anything. @default false */
  readonly retainData?: boolean | IResolvable;
  /**
   * Set the role with which API Gateway writes logs, a setting of the whole account in this Region, which needs one. Only
   * where nothing else sets it: it replaces the role that is set, and its own goes with the stack.
   * @default false
   */
  readonly manageAccountLogging?: boolean | IResolvable;
}
