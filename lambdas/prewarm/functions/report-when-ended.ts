import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { RequestId } from '../engine/model/ids';
import { awaitsReport } from '../engine/model/request';
import type { RequestStore } from '../engine/ports/request-store';

/** Event of the Report function. */
export interface ReportEvent {
  readonly requestId: RequestId;
}

/**
 * Invokes the Report function for a request that has ended and is not reported yet. Whoever may have ended a request asks
 * this last, also when the step runs again, so that a crash in between loses nothing; the function itself does nothing
 * for a request that is reported.
 */
export async function reportWhenEnded(
  deps: {
    readonly requests: Pick<RequestStore, 'get'>;
    readonly lambda: LambdaClient;
    readonly functionName: string;
  },
  id: RequestId,
): Promise<void> {
  const record = await deps.requests.get(id);
  if (!awaitsReport(record)) return;
  const event: ReportEvent = { requestId: id };
  await deps.lambda.send(
    new InvokeCommand({
      FunctionName: deps.functionName,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
    }),
  );
}
