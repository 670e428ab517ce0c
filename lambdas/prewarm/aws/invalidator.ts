import {
  type CloudFrontClient,
  CloudFrontServiceException,
  CreateInvalidationCommand,
  GetInvalidationCommand,
  TooManyInvalidationsInProgress,
} from '@aws-sdk/client-cloudfront';
import type { RequestId } from '../domain/ids';
import type { Clock, InvalidationOutcome, Invalidator } from '../ports';
import { findDistribution } from './distributions';
import { PathIsWildcard, planInvalidation } from './invalidation-paths';

const POLL_MS = 5_000;

export interface InvalidatorOptions {
  /** How long the invalidation is waited for, all its calls together. */
  readonly waitMs: number;
  readonly clock: Clock;
}

/** Invalidates through CloudFront's own API. */
export class CloudFrontInvalidator implements Invalidator {
  constructor(
    private readonly client: CloudFrontClient,
    private readonly options: InvalidatorOptions,
  ) {}

  async invalidate(
    id: RequestId,
    distributionDomain: string,
    paths: AsyncIterable<string>,
  ): Promise<InvalidationOutcome> {
    const until = this.options.clock.now() + this.options.waitMs;
    try {
      const distribution = await findDistribution(this.client, distributionDomain);
      if (distribution === undefined)
        return refused(`this account has no distribution ${distributionDomain}, so it cannot be invalidated`);
      const batches = await planInvalidation(paths);
      const count = batches.reduce((sum, batch) => sum + batch.length, 0);
      let pending = false;
      for (const [index, batch] of batches.entries()) {
        // The reference makes a repeat after a crash find the invalidation that is there.
        const invalidation = await this.create(distribution, `${id}-${index}`, batch, until);
        if (invalidation === undefined)
          return refused(
            `distribution ${distribution} has too many invalidations in progress; send the request later`,
          );
        pending = !(await this.completed(distribution, invalidation, until)) || pending;
      }
      return { kind: pending ? 'pending' : 'done', paths: count };
    } catch (error) {
      if (error instanceof PathIsWildcard) return refused(error.message);
      // What CloudFront says no to stays no; anything else is worth another run of the step.
      if (error instanceof CloudFrontServiceException && error.$fault === 'client' && !error.$retryable)
        return refused(`CloudFront refused the invalidation: ${error.name}: ${error.message}`);
      throw error;
    }
  }

  /** `undefined` where the time ran out before CloudFront took it. */
  private async create(
    DistributionId: string,
    CallerReference: string,
    paths: readonly string[],
    until: number,
  ): Promise<string | undefined> {
    for (;;) {
      try {
        const { Invalidation } = await this.client.send(
          new CreateInvalidationCommand({
            DistributionId,
            InvalidationBatch: { CallerReference, Paths: { Quantity: paths.length, Items: [...paths] } },
          }),
        );
        if (Invalidation?.Id === undefined) throw new Error('CloudFront answered without an invalidation');
        return Invalidation.Id;
      } catch (error) {
        if (!(error instanceof TooManyInvalidationsInProgress)) throw error;
        if (this.options.clock.now() + POLL_MS > until) return undefined;
        await this.options.clock.sleep(POLL_MS);
      }
    }
  }

  /** False where the time ran out first. */
  private async completed(DistributionId: string, Id: string, until: number): Promise<boolean> {
    for (;;) {
      const { Invalidation } = await this.client.send(new GetInvalidationCommand({ DistributionId, Id }));
      if (Invalidation?.Status === 'Completed') return true;
      if (this.options.clock.now() + POLL_MS > until) return false;
      await this.options.clock.sleep(POLL_MS);
    }
  }
}

const refused = (message: string): InvalidationOutcome => ({ kind: 'refused', message });
