import { SSMClient } from '@aws-sdk/client-ssm';
import { imagePush, pushedReference } from './pushed-image';
import { ReferenceParameter } from './reference-parameter';
import { imageDigestSettings } from './settings';

const settings = imageDigestSettings.parse(process.env);
const parameter = new ReferenceParameter(new SSMClient({}), settings.REFERENCE_PARAMETER);

/** EventBridge, ECR push: records the digest that the next golden AMI bakes. A failure is thrown, so that Lambda tries again. */
export async function handler(event: unknown): Promise<void> {
  const reference = pushedReference(settings.REPOSITORY_URL, imagePush.parse(event));
  const outcome = reference === undefined ? 'ignored' : await parameter.set(reference);
  process.stdout.write(`${JSON.stringify({ event: 'image-push', outcome, reference })}\n`);
}
