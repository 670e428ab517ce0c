import { ReadableStream } from 'node:stream/web';
import { originalUrlsKey } from '../../engine/flow/blob-names';
import { always, pathParameter, UNKNOWN } from '../documentation';
import { ApiFailure } from '../failure';
import { findRequest } from '../request-lookup';
import type { Route } from './route';

/** Only where the service itself keeps the list: behind a gateway an answer has six megabytes at most. */
export const acceptedUrlsRoute: Route = {
  method: 'get',
  path: '/requests/{id}/urls',
  needs: 'readAccepted',
  operation: {
    operationId: 'acceptedUrls',
    summary: 'The URLs that a request was sent with',
    description:
      'Only on a service on one machine. The accepted list, one URL per line, without duplicates; what sitemaps and playlists named is not in it. Kept as long as the request.',
    tag: 'requests',
    parameters: [pathParameter('id', 'Id of the request.')],
    responses: {
      '200': { description: 'The list.', content: { 'text/plain': 'text' } },
      '404': UNKNOWN,
      ...always,
    },
  },
  async handle(context, { application }) {
    const { id } = await findRequest(application, context.req.param('id'));
    if (application.readAccepted === undefined || !(await application.blobs.exists(originalUrlsKey(id))))
      throw new ApiFailure('NOT_FOUND', `The list of request ${id} is not kept any more.`);
    context.header('content-type', 'text/plain; charset=utf-8');
    return context.body(ReadableStream.from(application.readAccepted(id)));
  },
};
