import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping';
import type { NodeFunction } from '../parts/node-function';
import type { PrewarmStore } from './store';

export interface StreamSourcesProps {
  readonly getSize: NodeFunction<never>;
  readonly task: NodeFunction<never>;
  readonly aggregation: NodeFunction<never>;
  readonly store: PrewarmStore;
  /** Queue that gets the position of a batch that failed for good. */
  readonly failedEventsArn: string;
}

interface StreamSource {
  readonly streamArn: string;
  /** A record is delivered when one of them matches. */
  readonly patterns: readonly object[];
  readonly batchSize: number;
  /** Batches of a shard at a time; those of one request still come one after the other. */
  readonly parallel: number;
  /** @default 0 */
  readonly batchingWindowSeconds?: number;
  readonly failedEventsArn: string;
}

/**
 * Connects the streams of the tables to the functions. A stream's shard feeds two readers well, so Report is not a
 * third: whoever ends a request
 * calls it.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export function followStreams(props: StreamSourcesProps): void {
  const { store, failedEventsArn } = props;
  const ofRequests = { streamArn: store.requests.streamArn, batchSize: 1, parallel: 10, failedEventsArn };
  follow(props.getSize, {
    ...ofRequests,
    patterns: [{ eventName: ['INSERT', 'MODIFY'], dynamodb: { NewImage: { status: { S: ['CREATED'] } } } }],
  });
  follow(props.task, {
    ...ofRequests,
    patterns: [
      { eventName: ['MODIFY'], dynamodb: { NewImage: { status: { S: ['CHECK_POP', 'INSERT_TASK'] } } } },
    ],
  });
  follow(props.aggregation, {
    streamArn: store.tasks.streamArn,
    patterns: [{ eventName: ['INSERT'] }],
    batchSize: 500,
    // Counts of one request meet in its row: more at a time would only wait for each other.
    parallel: 1,
    batchingWindowSeconds: 5,
    failedEventsArn,
  });
}

/** A batch that fails is halved until the record at fault is found; that one is given up in the end, and kept. */
function follow(target: NodeFunction<never>, source: StreamSource): void {
  new LambdaEventSourceMapping(target, 'stream', {
    functionName: target.arn,
    eventSourceArn: source.streamArn,
    startingPosition: 'TRIM_HORIZON',
    batchSize: source.batchSize,
    maximumBatchingWindowInSeconds: source.batchingWindowSeconds ?? 0,
    parallelizationFactor: source.parallel,
    functionResponseTypes: ['ReportBatchItemFailures'],
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: 10,
    maximumRecordAgeInSeconds: 6 * 60 * 60,
    destinationConfig: { onFailure: { destinationArn: source.failedEventsArn } },
    filterCriteria: {
      filter: source.patterns.map((pattern) => ({ pattern: JSON.stringify(pattern) })),
    },
  });
}
