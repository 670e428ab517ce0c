import type { PopCode, RequestId, SliceId } from '../../engine/model/ids';
import type { Slice } from '../../engine/model/slice';

/**
 * Layout of the database. `!` sorts before everything that ids contain, so a prefix is a range.
 *
 * | key | value |
 * | --- | --- |
 * | `request!<id>` | RequestRecord |
 * | `time!<created at>!<id>` | the id, for lists |
 * | `idempotency!<key>` | the id |
 * | `active!<id>` | requests whose status is not final |
 * | `unsettled!<id>` | requests whose report is not written |
 * | `pop!<id>!<code>` | PopRecord |
 * | `slice!<id>!<slice>` | SliceResult |
 * | `uncounted!<id>!<slice>` | slices recorded, not yet counted |
 * | `journal!<id>!<slice>!<number>` | SliceProgress: a piece of a slice that is not recorded yet |
 * | `queue!<id>!<code>!<segment>` | a queued slice; those of one request through one PoP lie together, in the order of queueing |
 * | `dead!<id>!<segment>!<code>` | a slice given up, until it is recorded as such |
 * | `deadline!<id>` | epoch milliseconds |
 * | `capacity` | instances that an operator ordered |
 * | `open` | there while a process has the database open: one that finds it follows a process that was killed |
 * | `headers-key` | fingerprint of the key that headers are sealed with |
 */
function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

export const keys = {
  request: (id: RequestId): string => `request!${id}`,
  allRequests: 'request!',
  time: (createdAt: number, id: RequestId): string => `time!${padded(createdAt, 15)}!${id}`,
  times: 'time!',
  idempotency: (key: string): string => `idempotency!${key}`,
  active: (id: RequestId): string => `active!${id}`,
  allActive: 'active!',
  unsettled: (id: RequestId): string => `unsettled!${id}`,
  allUnsettled: 'unsettled!',
  pop: (id: RequestId, pop: PopCode): string => `pop!${id}!${pop}`,
  pops: (id: RequestId): string => `pop!${id}!`,
  slice: (id: RequestId, slice: SliceId): string => `slice!${id}!${slice}`,
  slices: (id: RequestId): string => `slice!${id}!`,
  uncounted: (id: RequestId, slice: SliceId): string => `uncounted!${id}!${slice}`,
  allUncounted: (id: RequestId): string => `uncounted!${id}!`,
  journal: (id: RequestId, slice: SliceId, number: number): string =>
    `journal!${id}!${slice}!${padded(number, 9)}`,
  journalOf: (id: RequestId, slice: SliceId): string => `journal!${id}!${slice}!`,
  journals: (id: RequestId): string => `journal!${id}!`,
  queued: ({ requestId, segment, pop }: Slice): string =>
    `queue!${requestId}!${pop}!${padded(segment.index, 9)}`,
  queue: 'queue!',
  dead: ({ requestId, segment, pop }: Slice): string =>
    `dead!${requestId}!${padded(segment.index, 9)}!${pop}`,
  allDead: 'dead!',
  deadline: (id: RequestId): string => `deadline!${id}`,
  deadlines: 'deadline!',
  capacity: 'capacity',
  headersKey: 'headers-key',
  open: 'open',
} as const;

/** What every key begins with, in the order of the database: `!` ends a prefix, the others are whole keys. */
export const KEY_BEGINNINGS = [
  'active!',
  'capacity',
  'dead!',
  'deadline!',
  'headers-key',
  'idempotency!',
  'journal!',
  'open',
  'pop!',
  'queue!',
  'request!',
  'slice!',
  'time!',
  'uncounted!',
  'unsettled!',
] as const;
