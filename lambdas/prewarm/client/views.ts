import type * as z from 'zod';
import type { failureGroup, requestBody, requestLine } from '../api/bodies';
import type { estimateBody } from '../api/routes/estimate';
import type { capacityBody } from '../api/routes/fleet-capacity';
import type { requestListBody } from '../api/routes/list-requests';
import type { popListBody } from '../api/routes/pops';
import type { acceptedBody } from '../api/routes/submit';

/** Bodies of the API as its clients read them. */
export type RequestView = z.output<typeof requestBody>;
export type RequestLine = z.output<typeof requestLine>;
export type RequestPage = z.output<typeof requestListBody>;
export type EstimateView = z.output<typeof estimateBody>;
export type CapacityView = z.output<typeof capacityBody>;
export type PopList = z.output<typeof popListBody>;
export type Accepted = z.output<typeof acceptedBody>;
export type FailureGroupView = z.output<typeof failureGroup>;
/** One PoP of a request. */
export type PopView = RequestView['pops'][number];

/** Returns true for a request that has ended. */
export function isFinal({ status }: Pick<RequestLine, 'status'>): boolean {
  return status === 'FINISHED' || status === 'STOPPED';
}

/** Returns the epoch milliseconds of a time of the API, which is in UTC; NaN where it is none. */
export function epochMs(timestamp: string): number {
  return Date.parse(`${timestamp.slice(0, 23).replace(' ', 'T')}Z`);
}
