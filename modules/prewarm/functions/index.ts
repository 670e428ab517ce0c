import { Construct } from 'constructs';
import type { Environments } from '../../../lambdas/prewarm/settings';
import type { NodeFunction } from '../../parts/node-function';
import { PopCheckSchedule } from '../pop-check';
import { followStreams } from '../stream-sources';
import { createAggregation } from './aggregation';
import { createApi } from './api';
import { FunctionContext, type PrewarmFunctionsProps } from './function-context';
import { createGetSize } from './get-size';
import { createPopCheck } from './pop-check';
import { createReport } from './report';
import { createShutdown } from './shutdown';
import { createTask } from './task';

export type FunctionKind = 'api' | 'get-size' | 'task' | 'aggregation' | 'shutdown' | 'report';

/** Functions by their names in alarms. */
export type FunctionsByKind = Readonly<Record<FunctionKind, NodeFunction<never>>> & {
  readonly 'pop-check'?: NodeFunction<never>;
};

/** The Lambda functions with their permissions and event sources. */
export class PrewarmFunctions extends Construct {
  readonly api: NodeFunction<Environments['api']>;
  readonly getSize: NodeFunction<Environments['getSize']>;
  readonly task: NodeFunction<Environments['task']>;
  readonly aggregation: NodeFunction<Environments['aggregation']>;
  readonly shutdown: NodeFunction<Environments['shutdown']>;
  readonly report: NodeFunction<Environments['report']>;
  /** Only with `popCheck`. */
  readonly popCheck: NodeFunction<Environments['popCheck']> | undefined;

  constructor(scope: Construct, id: string, props: PrewarmFunctionsProps) {
    super(scope, id);
    const context = new FunctionContext(props);
    this.report = createReport(this, context);
    this.shutdown = createShutdown(this, context, this.report);
    this.api = createApi(this, context, this);
    this.getSize = createGetSize(this, context);
    this.task = createTask(this, context, this.report);
    this.aggregation = createAggregation(this, context, this.report);
    const failedEventsArn = props.queue.failedEvents.arn;
    props.deadlines.mayInvoke(this.shutdown.arn, failedEventsArn);
    const { getSize, task, aggregation } = this;
    followStreams({ getSize, task, aggregation, store: props.store, failedEventsArn });
    const { popCheck } = props;
    if (popCheck !== undefined) {
      this.popCheck = createPopCheck(this, context, popCheck);
      new PopCheckSchedule(this.popCheck, 'schedule', {
        ...props,
        ...popCheck,
        functionArn: this.popCheck.arn,
      });
    }
  }

  /** Every function. */
  get all(): FunctionsByKind {
    return {
      api: this.api,
      'get-size': this.getSize,
      task: this.task,
      aggregation: this.aggregation,
      shutdown: this.shutdown,
      report: this.report,
      ...(this.popCheck && { 'pop-check': this.popCheck }),
    };
  }
}
