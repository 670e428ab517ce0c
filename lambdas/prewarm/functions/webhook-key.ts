import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { WarmpathError } from '../../errors/warmpath-error';
import { webhookKey } from '../net/webhook-signature';

/** Thrown where the parameter holds no secret of the form that webhooks are signed with. Says nothing of its value. */
export class InvalidWebhookSecret extends WarmpathError {
  override readonly name = 'InvalidWebhookSecret';
  constructor(parameter: string) {
    super(
      'INVALID_CONFIGURATION',
      `${parameter}: holds no webhook secret; allowed is whsec_ and 24 to 64 bytes in base64; put a new value, such as: echo "whsec_$(openssl rand -base64 32)"`,
    );
  }
}

/**
 * Returns the key that webhooks are signed with, from the parameter with this name or ARN.
 * @throws InvalidWebhookSecret, and whatever SSM throws where it may not be read: an unsigned webhook is not sent in its place
 */
export async function readWebhookParameter(parameter: string): Promise<Uint8Array> {
  const { Parameter } = await new SSMClient({}).send(
    new GetParameterCommand({ Name: parameter, WithDecryption: true }),
  );
  const key = webhookKey(Parameter?.Value?.trim() ?? '');
  if (key === undefined) throw new InvalidWebhookSecret(parameter);
  return key;
}
