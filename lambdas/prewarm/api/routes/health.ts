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
    isOpen: true,
    responses: { '200': answer('It does.', named('Health', healthBody)), ...always },
  },
  handle: (context) => jsonAnswer(context, { status: 'ok' }),
};
