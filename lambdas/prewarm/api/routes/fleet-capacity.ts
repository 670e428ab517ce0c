import * as z from 'zod';
import { count, successBody } from '../bodies';
import { always, answer, NO_FLEET, named } from '../documentation';
import { MESSAGES } from '../failure';
import { jsonAnswer } from '../json-answer';
import { success } from '../responses';
import type { Route } from './route';

export const capacityBody = z.strictObject({ ...successBody.shape, desiredcapacity: count });

export const capacityRoute: Route = {
  method: 'get',
  path: '/instances',
  operation: {
    operationId: 'capacity',
    summary: 'Size of the fleet',
    description:
      'How many instances the fleet is to have. A service on one machine counts as one instance, unless it was paused by setting none.',
    tag: 'fleet',
    responses: {
      '200': answer('Instances wanted.', named('Capacity', capacityBody)),
      '404': NO_FLEET,
      ...always,
    },
  },
  async handle(context, { application }) {
    const desiredcapacity = await application.fleet.capacity();
    return jsonAnswer(context, { ...success(MESSAGES.capacityRead, application.now()), desiredcapacity });
  },
};
