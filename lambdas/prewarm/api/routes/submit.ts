import * as z from 'zod';
import { timestamp } from '../../engine/model/timestamp';
import { invalidUrlsBody, requestId, time } from '../bodies';
import { always, answer, DISK_FULL, FAILURE, NO_FLEET, named, withBody } from '../documentation';
import { jsonAnswer } from '../json-answer';
import { readJsonBody } from '../request-body';
import { prewarmBodySchema } from '../schemas';
import type { Route } from './route';

export const acceptedBody = z.strictObject({
  status: z.literal('Success'),
  error_message: z.literal(''),
  error_urls: z.array(z.string()).length(0),
  request_id: requestId,
  timestamp: time,
  timeout_at: time.describe('When the request is stopped, UTC.'),
  warnings: z
    .array(z.string())
    .optional()
    .describe(
      'Fields of the body that were ignored or read in another way than written, and PoPs whose place is not known; absent when there are none.',
    ),
});

export const submitRoute: Route = {
  method: 'post',
  path: '/prewarm',
  operation: {
    operationId: 'submit',
    summary: 'Warm a list of URLs through points of presence',
    description:
      'Stores the request and returns at once; sizes are asked for, points of presence are resolved and objects are fetched afterwards. All faults of a body are named together, and then nothing is started. With an `idempotency_key` that is known, the request that has it is returned.',
    tag: 'requests',
    body: named('PrewarmBody', z.strictObject(prewarmBodySchema.shape)),
    responses: {
      '200': answer('The request is stored and starts.', named('Accepted', acceptedBody)),
      '400': answer('Nothing is started.', named('InvalidUrls', invalidUrlsBody), FAILURE),
      '404': NO_FLEET,
      ...withBody,
      '503': answer(`Too many large bodies at a time, or: ${DISK_FULL}. Nothing is started.`, FAILURE),
      ...always,
    },
  },
  async handle(context, { application, limits }) {
    const body = await readJsonBody(context.req.raw, limits);
    const parsed = await application.parse(body);
    const { record, warnings: ofFleet = [] } = await application.submit(parsed);
    const { id, createdAt, timeoutAt } = record;
    const warnings = [...(parsed.warnings ?? []), ...ofFleet];
    return jsonAnswer(context, {
      status: 'Success',
      error_message: '',
      error_urls: [],
      request_id: id,
      timestamp: timestamp(createdAt),
      timeout_at: timestamp(timeoutAt),
      ...(warnings.length > 0 && { warnings }),
    } satisfies z.output<typeof acceptedBody>);
  },
};
