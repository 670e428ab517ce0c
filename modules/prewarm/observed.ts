import type { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import type { NodeFunction } from '../parts/node-function';
import type { FunctionKind } from './functions';
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
  readonly functions: Readonly<Record<FunctionKind, NodeFunction<never>>>;
  readonly apiName: string;
  readonly agentLog: CloudwatchLogGroup;
}
