import { LambdaClient } from '@aws-sdk/client-lambda';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { sliceIdOf } from '../aws/slice-key';
import { countSlices } from '../engine/flow/aggregate';
import type { SliceId } from '../engine/model/ids';
import { aggregationSettings, readSettings } from '../settings';
import { emitCounted } from './metrics';
import { reportWhenEnded } from './report-when-ended';
import { log, openTables } from './runtime';
import { requestIdOfRecord, runPerRequest } from './stream-batch';

const settings = readSettings(aggregationSettings, process.env);
const place = { namespace: settings.METRICS_NAMESPACE, deployment: settings.DEPLOYMENT };
const { requests, ledger } = openTables(settings, {
  onCounted: (results) => emitCounted(process.stdout, place, results),
});
const lambda = new LambdaClient({});

function sliceOfRecord(record: DynamoDBRecord): SliceId {
  return sliceIdOf({ slice_id: { S: record.dynamodb?.Keys?.['slice_id']?.S ?? '' } });
}

/** Counts the slices that were recorded; IN-PROGRESS to FINISHED with the last one. */
export function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return runPerRequest(event, requestIdOfRecord, log, async ({ id, records }) => {
    const result = await countSlices({ requests, ledger }, id, records.map(sliceOfRecord));
    if (result === 'ended')
      await reportWhenEnded({ requests, lambda, functionName: settings.REPORT_FUNCTION_NAME }, id);
  });
}
