import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GroupFleet } from '../aws/fleet';
import { DynamoPopStore } from '../aws/pop-store';
import { DynamoRequestStore, type RequestTableOptions } from '../aws/request-store';
import { DynamoSliceLedger } from '../aws/slice-ledger';
import type { SliceResult } from '../engine/model/slice';
import { systemClock } from '../runtime/clock';
import { jsonLog } from '../runtime/json-log';
import type { AggregationSettings, ApiSettings } from '../settings';

/** Logs to standard output directly: Lambda wraps lines of the console into a format of its own. */
export const log = jsonLog(process.stdout);
export const clock = systemClock;

/** Stores of the DynamoDB tables. */
export interface Tables {
  readonly requests: DynamoRequestStore;
  readonly pops: DynamoPopStore;
  readonly ledger: DynamoSliceLedger;
}

export function openTables(
  settings: Pick<AggregationSettings, 'REQUEST_TABLE' | 'POP_TABLE' | 'TASK_TABLE' | 'RECORD_RETENTION_DAYS'>,
  options: {
    /** Left out by runtimes that have no use for the headers of requests. */
    readonly headers?: RequestTableOptions['headers'];
    readonly onCounted?: (results: readonly SliceResult[]) => void;
  } = {},
): Tables {
  const client = new DynamoDBClient({});
  const retentionDays = Number(settings.RECORD_RETENTION_DAYS);
  const requests = new DynamoRequestStore(client, {
    table: settings.REQUEST_TABLE,
    retentionDays,
    clock,
    ...(options.headers === undefined ? {} : { headers: options.headers }),
  });
  return {
    requests,
    pops: new DynamoPopStore(client, { table: settings.POP_TABLE, retentionDays }),
    ledger: new DynamoSliceLedger(client, requests, {
      requestTable: settings.REQUEST_TABLE,
      popTable: settings.POP_TABLE,
      taskTable: settings.TASK_TABLE,
      retentionDays,
      clock,
      ...(options.onCounted === undefined ? {} : { onCounted: options.onCounted }),
    }),
  };
}

export function openFleet(settings: Pick<ApiSettings, 'GROUP_NAME' | 'MAX_INSTANCES'>): GroupFleet {
  return new GroupFleet(new AutoScalingClient({}), {
    name: settings.GROUP_NAME,
    maxInstances: Number(settings.MAX_INSTANCES),
  });
}
