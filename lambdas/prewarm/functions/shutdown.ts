import { LambdaClient } from '@aws-sdk/client-lambda';
import { recoverCounts } from '../engine/flow/aggregate';
import { stopRequest } from '../engine/flow/stop';
import { readSettings, shutdownSettings } from '../settings';
import { emitCounted, emitDeadlineReached } from './metrics';
import { reportWhenEnded } from './report-when-ended';
import { requestIdOfEvent } from './request-event';
import { log, openTables } from './runtime';

const settings = readSettings(shutdownSettings, process.env);
const place = { namespace: settings.METRICS_NAMESPACE, deployment: settings.DEPLOYMENT };
const { requests, ledger } = openTables(settings, {
  onCounted: (results) => emitCounted(process.stdout, place, results),
});
const lambda = new LambdaClient({});

/**
 * Stops a request at its deadline. Results that were recorded and not counted are counted first: a request that is
 * complete then has finished and is not stopped.
 */
export async function handler(event: unknown): Promise<void> {
  const id = requestIdOfEvent(event);
  const counted = await recoverCounts({ requests, ledger }, id);
  if (counted === 'open') {
    const stopped = await stopRequest(requests, id, 'deadline');
    if (stopped) emitDeadlineReached(process.stdout, place, id);
    log.info('deadline', { requestId: id, stopped });
  }
  await reportWhenEnded({ requests, lambda, functionName: settings.REPORT_FUNCTION_NAME }, id);
}
