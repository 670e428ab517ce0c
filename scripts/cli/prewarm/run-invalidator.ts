import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { CloudFrontInvalidator } from '../../../lambdas/prewarm/aws/invalidator';
import type { Invalidator } from '../../../lambdas/prewarm/engine/ports/invalidator';
import { systemClock } from '../../../lambdas/prewarm/runtime/clock';
import { awsSettings } from '../aws';
import { BadInput } from '../bad-input';

/** CloudFront is a global service that is called in this Region. */
const REGION = 'us-east-1';
/** How long an invalidation is waited for; afterwards the warming begins, with a warning. */
const WAIT_MS = 10 * 60_000;

/**
 * Invalidates with the credentials that the AWS SDK finds.
 * @throws BadInput where it finds none: the run would wait for them until its deadline
 */
export async function createRunInvalidator(profile?: string): Promise<Invalidator> {
  const client = new CloudFrontClient({ ...awsSettings({ profile }), region: REGION });
  await client.config.credentials().catch((cause: unknown) => {
    throw new BadInput(
      'need_invalidate (--invalidate): got true without AWS credentials; allowed: with credentials of the account of the distribution, in the environment or in --profile',
      { cause },
    );
  });
  return new CloudFrontInvalidator(client, { waitMs: WAIT_MS, clock: systemClock });
}
