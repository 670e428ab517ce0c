import { successBody } from '../bodies';
import { always, answer, BAD, DISK_FULL, FAILURE, named, pathParameter } from '../documentation';
import { ApiFailure } from '../failure';
import { jsonAnswer } from '../json-answer';
import { bodyChunks, contentEncodingOf } from '../request-body';
import { success } from '../responses';
import { isListId } from '../uploaded-list';
import type { Route } from './route';

/** A million URLs of the greatest length that most of them could have. */
const MAX_LIST_BYTES = 1024 ** 3;

function emptyList(): ApiFailure {
  return new ApiFailure(
    'BAD_INPUT',
    'The list is empty or has no id; POST /lists says where to put it, one URL per line.',
  );
}

/** Yields the chunks of a list; throws at its end where there were none, so that nothing is stored. */
async function* bounded(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of bodyChunks(body)) {
    received += chunk.byteLength;
    if (received > MAX_LIST_BYTES)
      throw new ApiFailure(
        'BODY_TOO_LARGE',
        `The list is larger than ${MAX_LIST_BYTES} bytes; split it over several requests.`,
      );
    yield chunk;
  }
  if (received === 0) throw emptyList();
}

/** Only where the API takes lists itself: on AWS they are put into the bucket. */
export const putListRoute: Route = {
  method: 'put',
  path: '/lists/{id}',
  needs: 'receiveList',
  operation: {
    operationId: 'putList',
    summary: 'Upload a list to the place that POST /lists answered',
    description:
      'Only on a service on one machine; a deployed one has the list put into its bucket, where `upload_url` leads. Plain or gzip, one URL per line or a JSON array. Read when a request names it.',
    tag: 'lists',
    parameters: [
      pathParameter('id', 'The list_id of the answer of POST /lists.', { type: 'string', format: 'uuid' }),
    ],
    body: { text: 'One URL per line.' },
    responses: {
      '200': answer('The list is stored.', named('Success', successBody)),
      '400': BAD,
      '413': answer('The list is too large.', FAILURE),
      '415': answer('The content coding is not read.', FAILURE),
      '503': answer(`${DISK_FULL}; nothing is stored.`, FAILURE),
      '507': answer('There is no room for it beside the lists that are kept.', FAILURE),
      ...always,
    },
  },
  async handle(context, { application }) {
    const id = context.req.param('id');
    const { body } = context.req.raw;
    if (id === undefined || !isListId(id) || body === null) throw emptyList();
    // What it is told by when it is read is its first bytes; another coding than gzip has none.
    contentEncodingOf(context.req.raw);
    await application.receiveList?.(id, bounded(body));
    return jsonAnswer(context, success(`List ${id} stored`, application.now()));
  },
};
