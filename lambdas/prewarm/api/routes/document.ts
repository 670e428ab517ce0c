import { always } from '../documentation';
import { jsonAnswer } from '../json-answer';
import type { Route } from './route';

export const documentRoute: Route = {
  method: 'get',
  path: '/openapi.json',
  operation: {
    operationId: 'openapi',
    summary: 'This document',
    description: 'The OpenAPI document of the routes that this service has.',
    tag: 'service',
    responses: {
      '200': { description: 'This document.', content: { 'application/json': 'object' } },
      ...always,
    },
  },
  handle: (context, { document }) => jsonAnswer(context, document()),
};
