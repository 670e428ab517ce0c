import { Fn, Op, Token } from 'cdktf';
import type { NodeVersion } from '../../parts/node-version';
import { valueIf } from '../../parts/plan-values';
import type { PolicyStatement } from '../../parts/policy';
import type { PrewarmDeadlines } from '../deadlines';
import type { GivenEdges } from '../given-edges';
import { Grants } from '../grants';
import type { PopCheckProps } from '../pop-check';
import type { PrewarmQueue } from '../queue';
import type { DeploymentProps, FleetProps } from '../shared-variables';

export interface PrewarmFunctionsProps extends DeploymentProps, FleetProps {
  readonly names: (kind: string) => string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly queue: PrewarmQueue;
  readonly deadlines: PrewarmDeadlines;
  readonly topicArn: string;
  readonly topicKeyArn: string;
  readonly logRetentionDays: number;
  readonly nodeVersion: NodeVersion;
  readonly invalidationWaitSeconds: number;
  readonly distributionIds: readonly string[] | undefined;
  /** Codes of PoPs that the data file lacks. */
  readonly extraPops: readonly string[];
  /** What is said of edges; undefined for nothing. */
  readonly edges: GivenEdges | undefined;
  /** Most URLs of an uploaded list; undefined for the function's own default. */
  readonly maxListUrls: number | undefined;
  /** Most URLs that one sitemap or playlist may expand to; undefined for the function's own default. */
  readonly maxSourceUrls: number | undefined;
  /** ARN of the SSM parameter with the secret that webhooks are signed with; undefined for none. */
  readonly webhookSecretArn: string | undefined;
  /** Undefined for none. */
  readonly popCheck: PopCheckProps | undefined;
}

/** API Gateway waits no longer than this for an answer. */
export const API_TIMEOUT_SECONDS = 29;
export const STEP_TIMEOUT_SECONDS = 900;

/** Props, permissions and variables that the functions are made from. */
export class FunctionContext {
  readonly grants: Grants;

  constructor(readonly props: PrewarmFunctionsProps) {
    this.grants = new Grants(props);
  }

  /** Props of every function. */
  get common(): { readonly logRetentionDays: number; readonly nodeVersion: NodeVersion } {
    const { logRetentionDays, nodeVersion } = this.props;
    return { logRetentionDays, nodeVersion };
  }

  get extraPops(): { readonly WARMPATH_EXTRA_POPS?: string } {
    const { extraPops } = this.props;
    if (Token.isUnresolved(extraPops)) return { WARMPATH_EXTRA_POPS: joinedOrNull(extraPops) };
    return extraPops.length === 0 ? {} : { WARMPATH_EXTRA_POPS: extraPops.join(',') };
  }

  get edges(): { readonly EDGES_KEY?: string } {
    const { edges } = this.props;
    return edges === undefined ? {} : { EDGES_KEY: edges.key };
  }

  readEdges(): readonly PolicyStatement[] {
    const { edges } = this.props;
    return edges === undefined ? [] : [edges.read()];
  }

  /** ARN of a function of this deployment by its kind, for one that calls itself: its own ARN is not known before it is. */
  arnOf(kind: string): string {
    const { partition, region, accountId, names } = this.props;
    return `arn:${partition}:lambda:${region}:${accountId}:function:${names(kind)}`;
  }
}

/** Null is no variable, where Terraform writes an environment. */
function joinedOrNull(codes: readonly string[]): string {
  return Token.asString(valueIf(Op.gte(Fn.lengthOf([...codes]), 1), Fn.join(',', [...codes])));
}

/** Allows invoking the Report function, for functions that may end a request. */
export function reportWhenEnded(report: { readonly arn: string }): PolicyStatement {
  return { sid: 'ReportWhenEnded', actions: ['lambda:InvokeFunction'], resources: [report.arn] };
}
