/** Statuses of a request, in order; it only ever moves to a later one. */
export const REQUEST_STATUSES = [
  'CREATED',
  'CHECK_POP',
  'INSERT_TASK',
  'IN-PROGRESS',
  'FINISHED',
  'STOPPED',
] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** Statuses in which a request has ended. */
export type FinalStatus = 'FINISHED' | 'STOPPED';

const NEXT: Readonly<Record<RequestStatus, readonly RequestStatus[]>> = {
  CREATED: ['CHECK_POP', 'FINISHED', 'STOPPED'],
  CHECK_POP: ['INSERT_TASK', 'FINISHED', 'STOPPED'],
  INSERT_TASK: ['IN-PROGRESS', 'FINISHED', 'STOPPED'],
  'IN-PROGRESS': ['FINISHED', 'STOPPED'],
  FINISHED: [],
  STOPPED: [],
};

export function isFinal(status: RequestStatus): status is FinalStatus {
  return status === 'FINISHED' || status === 'STOPPED';
}

export function mayMove(from: RequestStatus, to: RequestStatus): boolean {
  return NEXT[from].includes(to);
}

/** Returns the statuses from which `to` may be reached; what a conditional write checks. */
export function statusesBefore(to: RequestStatus): readonly RequestStatus[] {
  return REQUEST_STATUSES.filter((from) => mayMove(from, to));
}
