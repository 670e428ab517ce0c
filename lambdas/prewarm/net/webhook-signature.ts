import { createHmac } from 'node:crypto';

/**
 * Returns the headers by which a receiver knows that a webhook comes from this deployment, has not been changed and is not an old
 * one. The key is 24 to 64 bytes.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function webhookSignature(
  key: Uint8Array,
  { id, sentAt, body }: { readonly id: string; readonly sentAt: number; readonly body: string },
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(sentAt / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

const SHORTEST_BYTES = 24;
const LONGEST_BYTES = 64;
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** Returns the key of a secret that is written as `whsec_` and base64; undefined where it is no such secret. */
export function webhookKey(secret: string): Uint8Array | undefined {
  const key = Buffer.from(SECRET.exec(secret)?.[1] ?? '', 'base64');
  return key.length >= SHORTEST_BYTES && key.length <= LONGEST_BYTES ? key : undefined;
}
