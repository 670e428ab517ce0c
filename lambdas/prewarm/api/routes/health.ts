import * as z from 'zod';
import { always, answer, named } from '../documentation';
import { jsonAnswer } from '../json-answer';
import type { Route } from './route';

export const healthBody = z.strictObject({ status: z.literal('ok') });

export const healthRoute: Route = {
  method: 'get',
  path: '/health',
  operation: {
    operationId: 'health',
    summary: 'Whether the API answers',
    description: 'Needs no key on a service on one machine; API Gateway asks for one on every route.',
    tag: 'service',
    isOpen: true,
    responses: { '200': answer('It does.', named('Health', healthBody)), ...always },
  },
  handle: (context) => jsonAnswer(context, { status: 'ok' }),
};
