import { webhookKey } from '../../net/webhook-signature';
import { RefusedSetting } from '../refused-setting';
import { readSecretLine } from './secret-file';

/** The file cannot be used as the source of the secret that signs webhooks. */
export class WebhookSecretError extends RefusedSetting {
  override readonly name = 'WebhookSecretError';

  constructor(file: string, complaint: string, options?: ErrorOptions) {
    super(
      'WEBHOOK_SECRET_UNUSABLE',
      ({ webhookSecretFile }) => `${webhookSecretFile}: got ${file}, ${complaint}`,
      options,
    );
  }
}

/**
 * Reads the key that signs webhooks: the first line of a file that only its owner can read.
 * @throws WebhookSecretError that says what to do; the secret is never part of it.
 */
export async function readWebhookKey(file: string): Promise<Uint8Array> {
  const secret = await readSecretLine(
    file,
    (complaint, options) => new WebhookSecretError(file, complaint, options),
  );
  const key = webhookKey(secret);
  if (key !== undefined) return key;
  throw new WebhookSecretError(
    file,
    `which has a first line of ${secret.length} characters that is no such secret; allowed: whsec_ and the base64 of 24 to 64 bytes; do: (umask 077; echo "whsec_$(openssl rand -base64 32)" > ${file})`,
  );
}
