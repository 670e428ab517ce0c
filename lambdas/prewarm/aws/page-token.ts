import { InvalidPageToken } from '../engine/ports/request-store';
import type { Item } from './attributes';

/** The key where a page ended, as text that a client passes back. */
export function encodePage(key: Item): string {
  return Buffer.from(
    JSON.stringify(Object.fromEntries(Object.entries(key).map(([name, value]) => [name, value.S]))),
  ).toString('base64url');
}

export function decodePage(token: string): Item {
  try {
    const key: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof key !== 'object' || key === null) throw new TypeError('not a key');
    return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { S: String(value) }]));
  } catch {
    throw new InvalidPageToken();
  }
}
