import { successBody } from '../bodies';
import { always, answer, BAD, FAILURE, named, requestIdParameter, UNKNOWN } from '../documentation';
import { ApiFailure } from '../failure';
import { jsonAnswer } from '../json-answer';
import { findRequest } from '../request-lookup';
import { success } from '../responses';
import type { Route } from './route';

export const stopRoute: Route = {
  method: 'delete',
  path: '/prewarm',
  operation: {
    operationId: 'stop',
    summary: 'Stop this request alone; stopping a stopped one is a success',
    description:
      'Ends the request from any status but FINISHED, and takes only its own instances away. What was done until then is reported. Stopping a stopped request is a success.',
    tag: 'requests',
    parameters: [requestIdParameter],
    responses: {
      '200': answer('It is stopped.', named('Success', successBody)),
      '400': BAD,
      '404': UNKNOWN,
      '409': answer('It has finished already.', FAILURE),
      ...always,
    },
  },
  async handle(context, { application }) {
    const { id, status } = await findRequest(application, context.req.query('req_id'));
    const isStopped = status === 'STOPPED' || (await application.stop(id));
    if (!isStopped) throw new ApiFailure('CONFLICT', `Request ${id} has ended already.`);
    return jsonAnswer(context, success(`Request ${id} stopped`, application.now()));
  },
};
