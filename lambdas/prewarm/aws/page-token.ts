import { InvalidPageToken } from '../engine/ports/request-store';
import type { Item } from './attributes';
import { REQUEST_KIND } from './request-item';

/** Creation time and id of the last request of a page, as the index is ordered by them. */
const ORDER = /^\d{15}#([\w-]+)$/;

/** Returns the last key of a page as a token that a client passes back for the next one. */
export function encodePage(key: Item): string {
  return Buffer.from(key['created_order']?.S ?? '').toString('base64url');
}

/**
 * Returns the key after which the next page begins. A token says where in the list of requests to begin, which whoever
 * may list can read anyway: it is
 * checked and not signed.
 * @throws InvalidPageToken for any other text
 */
export function decodePage(token: string): Item {
  const order = Buffer.from(token, 'base64url').toString('utf8');
  const id = ORDER.exec(order)?.[1];
  if (id === undefined || Buffer.from(order).toString('base64url') !== token) throw new InvalidPageToken();
  return { record_kind: { S: REQUEST_KIND }, created_order: { S: order }, req_id: { S: id } };
}
