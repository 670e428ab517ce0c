import { ReadableStream } from 'node:stream/web';
import * as z from 'zod';
import { timestamp } from '../../engine/model/timestamp';
import { visibleJson } from '../../engine/model/visible-text';
import { groupJson, overviewJson } from '../../engine/report/report-json';
import { reportOf } from '../../engine/report/request-report';
import type { PrewarmApplication } from '../application';
import { always, answer, BAD, FAILURE, pathParameter, UNKNOWN } from '../documentation';
import { ApiFailure } from '../failure';
import { readBy } from '../query';
import type { RequestEvent, RequestEvents } from '../request-events';
import { findRequest } from '../request-lookup';
import { withWaitingNote } from '../responses';
import type { Route } from './route';

const lastEventId = z.object({
  'last-event-id': z
    .string()
    .regex(/^\d{1,15}$/, 'the id of an event of this request')
    .optional(),
});

const DESCRIPTION =
  'Server-sent events until the report is written. `sample`: figures at a moment, with an id to resume by. `request`: the body of GET /requests/{id} with those PoPs only that changed since the event before. `failures`: `failure_groups` as in the report, and `is_whole`. `end`: nothing follows.';

/** Returns the data of an event under the names of the API. */
async function dataOf(application: PrewarmApplication, event: RequestEvent): Promise<object> {
  switch (event.kind) {
    case 'sample': {
      const { at, fetches, bytes, outcomes } = event.sample;
      return { at: timestamp(at), fetches, bytes, outcomes };
    }
    case 'request': {
      const [noted = event.record] = await withWaitingNote(application, [event.record]);
      return overviewJson(reportOf(noted, event.pops, (code) => application.directory.find(code)));
    }
    case 'failures':
      return { failure_groups: event.groups.map(groupJson), is_whole: event.isWhole };
    default:
      return {};
  }
}

async function eventText(application: PrewarmApplication, event: RequestEvent): Promise<string> {
  if (event.kind === 'alive') return ': alive\n\n';
  const id = event.kind === 'sample' ? `id: ${event.sample.at}\n` : '';
  return `${id}event: ${event.kind}\ndata: ${visibleJson(await dataOf(application, event))}\n\n`;
}

/**
 * Returns the events as a stream that asks for the next one when the client has taken the one before. Leaving it ends the
 * following at once, also while nothing happens.
 */
function eventStream(
  application: PrewarmApplication,
  follow: (signal: AbortSignal) => AsyncIterable<RequestEvent>,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const events = follow(left.signal)[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await events.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(await eventText(application, value)));
      },
      cancel() {
        left.abort();
      },
    },
    { highWaterMark: 0 },
  );
}

/** @throws ApiFailure where the host tells no events, or too many follow already */
function eventsOf({ events }: PrewarmApplication): RequestEvents {
  if (events?.hasRoom()) return events;
  throw new ApiFailure(
    'BUSY',
    'Too many clients follow requests at a time; ask GET /requests/{id} every few seconds instead.',
  );
}

/** Only where the API runs in a process that stays: a function behind a gateway cannot keep a response open. */
export const eventsRoute: Route = {
  method: 'get',
  path: '/prewarm/{id}/events',
  needs: 'events',
  operation: {
    operationId: 'events',
    summary: 'Follow a request as it goes on; resumed by Last-Event-ID',
    description:
      'Only on a service on one machine; poll `GET /requests/{id}` of a deployed one. At most 64 clients at a time. A client that reads slowly gets the newest state next.',
    tag: 'requests',
    parameters: [
      pathParameter('id', 'Id of the request.'),
      {
        name: 'Last-Event-ID',
        in: 'header',
        required: false,
        description: 'Id of the last `sample` that came; those after it are told first.',
        schema: { type: 'string', pattern: '^\\d{1,15}$' },
      },
    ],
    responses: {
      '200': { description: DESCRIPTION, content: { 'text/event-stream': 'text' } },
      '400': BAD,
      '404': UNKNOWN,
      '503': answer('Too many clients follow requests; poll instead.', FAILURE),
      ...always,
    },
  },
  async handle(context, { application }) {
    const { id } = await findRequest(application, context.req.param('id'));
    const header = context.req.header('last-event-id');
    const { 'last-event-id': after } = readBy(lastEventId, { 'last-event-id': header });
    const events = eventsOf(application);
    context.header('content-type', 'text/event-stream; charset=utf-8');
    // A proxy on the way passes each event on as it comes.
    context.header('x-accel-buffering', 'no');
    return context.body(
      eventStream(application, (signal) =>
        events.follow(id, { signal, ...(after !== undefined && { after: Number(after) }) }),
      ),
    );
  },
};
