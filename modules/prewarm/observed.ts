import type { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import type { FunctionsByKind } from './functions';
import type { PrewarmQueue } from './queue';

/** Resources that alarms and dashboard watch. */
export interface ObservedPrewarm {
  readonly names: (kind: string) => string;
  readonly deployment: string;
  readonly region: string;
  readonly metricsNamespace: string;
  readonly topicArn: string;
  readonly queue: PrewarmQueue;
  readonly groupName: string;
  readonly functions: FunctionsByKind;
  readonly apiName: string;
  /** How often PoPs are checked; undefined where they are not. */
  readonly popCheckHours: number | undefined;
  readonly agentLog: CloudwatchLogGroup;
}
