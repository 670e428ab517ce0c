import { overviewJson } from '../../engine/report/report-json';
import { reportOf } from '../../engine/report/request-report';
import { requestBody } from '../bodies';
import { always, answer, named, pathParameter, UNKNOWN_OR_NO_FLEET } from '../documentation';
import { jsonAnswer } from '../json-answer';
import { findRequest } from '../request-lookup';
import { withWaitingNote } from '../responses';
import type { Route } from './route';

export const showRequestRoute: Route = {
  method: 'get',
  path: '/requests/{id}',
  operation: {
    operationId: 'request',
    summary: 'Counts, bytes and latency of a request and of each of its PoPs',
    description:
      'Counts, bytes, outcomes and latency of the request and of each of its points of presence, as far as they are counted. May be asked while the request runs.',
    tag: 'requests',
    parameters: [pathParameter('id', 'Id of the request.')],
    responses: {
      '200': answer('All that is counted so far.', named('Request', requestBody)),
      '404': UNKNOWN_OR_NO_FLEET,
      ...always,
    },
  },
  async handle(context, { application }) {
    const record = await findRequest(application, context.req.param('id'));
    const pops = await application.pops(record.id);
    const [noted = record] = await withWaitingNote(application, [record]);
    return jsonAnswer(
      context,
      overviewJson(reportOf(noted, pops, (code) => application.directory.find(code))),
    );
  },
};
