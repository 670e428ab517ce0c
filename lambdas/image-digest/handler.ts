import { ECRClient } from '@aws-sdk/client-ecr';
import { SSMClient } from '@aws-sdk/client-ssm';
import { imagePush, pushedTag } from './pushed-image';
import { ReferenceParameter } from './reference-parameter';
import { imageDigestSettings } from './settings';
import { digestOf } from './tag-digest';

const settings = imageDigestSettings.parse(process.env);
const ecr = new ECRClient({});
const parameter = new ReferenceParameter(new SSMClient({}), settings.REFERENCE_PARAMETER);

/**
 * EventBridge, ECR push: records the digest that the pushed tag names now, for the next golden AMI to bake. Events that are
 * tried again or come out of order therefore end in the newest push of the tag. A failure is thrown, so that Lambda tries
 * again.
 */
export async function handler(event: unknown): Promise<void> {
  process.stdout.write(`${JSON.stringify({ event: 'image-push', ...(await record(event)) })}\n`);
}

async function record(event: unknown): Promise<Readonly<Record<string, string>>> {
  const pushed = pushedTag(settings.REPOSITORY_URL, imagePush.parse(event));
  if (pushed === undefined) return { outcome: 'ignored', reason: 'no push of a tag to the repository' };
  const digest = await digestOf(ecr, pushed);
  if (digest === undefined) return { outcome: 'ignored', reason: 'the tag is gone', tag: pushed.tag };
  const reference = `${settings.REPOSITORY_URL}@${digest}`;
  return { outcome: await parameter.set(reference), reference };
}
