import { acceptedUrlsRoute } from './accepted-urls';
import { createListRoute } from './create-list';
import { documentRoute } from './document';
import { estimateRoute } from './estimate';
import { eventsRoute } from './events';
import { capacityRoute } from './fleet-capacity';
import { healthRoute } from './health';
import { listRequestsRoute } from './list-requests';
import { popsRoute } from './pops';
import { progressRoute } from './progress';
import { putListRoute } from './put-list';
import { reportRoute } from './report';
import type { Route } from './route';
import { setCapacityRoute } from './set-capacity';
import { showRequestRoute } from './show-request';
import { stopRoute } from './stop';
import { submitRoute } from './submit';
import { summaryRoute } from './summary';

/** Every route; the router and the OpenAPI document are made from this table. */
export const ROUTES: readonly Route[] = [
  submitRoute,
  progressRoute,
  stopRoute,
  summaryRoute,
  capacityRoute,
  setCapacityRoute,
  listRequestsRoute,
  showRequestRoute,
  popsRoute,
  estimateRoute,
  createListRoute,
  reportRoute,
  healthRoute,
  documentRoute,
  putListRoute,
  eventsRoute,
  acceptedUrlsRoute,
];
