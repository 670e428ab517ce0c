import type { Encoding } from './request';

type Scheme = 'https' | 'http';

/**
 * What browsers send: Chrome, Edge and Firefox since 2024, over https; over http only what has been there always, since boxes on
 * the way spoil the others. Safari sends it without zstd.
 */
const BROWSER: Readonly<Record<Scheme, string>> = { https: 'gzip, deflate, br, zstd', http: 'gzip, deflate' };

/** Returns the value of `accept-encoding` that an encoding stands for; nothing where the request's own headers say it. */
export function acceptEncoding(encoding: Encoding, scheme: Scheme): string | undefined {
  if (encoding === 'header') return undefined;
  return encoding === 'browser' ? BROWSER[scheme] : encoding;
}
