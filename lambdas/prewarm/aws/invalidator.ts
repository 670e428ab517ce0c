import {
  type CloudFrontClient,
  CloudFrontServiceException,
  CreateInvalidationCommand,
  GetInvalidationCommand,
  InvalidArgument,
  TooManyInvalidationsInProgress,
} from '@aws-sdk/client-cloudfront';
import { WarmpathError } from '../../errors/warmpath-error';
import type { RequestId } from '../engine/model/ids';
import type { Clock } from '../engine/ports/clock';
import type { InvalidationOutcome, Invalidator } from '../engine/ports/invalidator';
import { findDistribution } from './distributions';
import { firstUnusual, PathIsWildcard, planInvalidation } from './invalidation-paths';

const POLL_MS = 5_000;

/** Error names by which AWS reports throttling; CloudFront sends them with status 400, like client errors. */
const THROTTLING = new Set([
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]);

/** Returns true where the same call may be taken a little later. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof CloudFrontServiceException)) return false;
  const { httpStatusCode = 0 } = error.$metadata;
  return (
    error instanceof TooManyInvalidationsInProgress ||
    THROTTLING.has(error.name) ||
    httpStatusCode === 429 ||
    httpStatusCode >= 500
  );
}

/** CloudFront takes none of the paths of a call that has a bad one, and does not say which. */
class PathsRefused extends WarmpathError {
  override readonly name = 'PathsRefused';
  constructor(paths: readonly string[], cause: InvalidArgument) {
    const path = firstUnusual(paths);
    super(
      'PATHS_REFUSED',
      `CloudFront refused the invalidation of ${paths.length} paths: ${cause.message} ${path === undefined ? `They begin with ${paths[0]}.` : `The first unusual one is ${path}; warm it in a request of its own without need_invalidate.`}`,
      { cause },
    );
  }
}

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
    const until = this.options.clock.monotonicMs() + this.options.waitMs;
    try {
      const distribution = await this.patiently(until, () =>
        findDistribution(this.client, distributionDomain),
      );
      if (distribution === undefined)
        return refused(`this account has no distribution ${distributionDomain}, so it cannot be invalidated`);
      const batches = await planInvalidation(paths);
      const count = batches.reduce((sum, batch) => sum + batch.length, 0);
      let pending = false;
      for (const [index, batch] of batches.entries()) {
        // The reference makes a repeat after a crash find the invalidation that is there.
        const invalidation = await this.create(distribution.id, `${id}-${index}`, batch, until);
        pending = !(await this.completed(distribution.id, invalidation, until)) || pending;
      }
      return { kind: pending ? 'pending' : 'done', paths: count };
    } catch (error) {
      if (error instanceof PathIsWildcard || error instanceof PathsRefused) return refused(error.message);
      if (error instanceof TooManyInvalidationsInProgress)
        return refused(
          `distribution ${distributionDomain} has too many invalidations in progress; send the request later`,
        );
      // What CloudFront says no to stays no; anything else is worth another run of the step.
      if (error instanceof CloudFrontServiceException && error.$fault === 'client' && !isPassing(error))
        return refused(`CloudFront refused the invalidation: ${error.name}: ${error.message}`);
      throw error;
    }
  }

  private async create(
    DistributionId: string,
    CallerReference: string,
    paths: readonly string[],
    until: number,
  ): Promise<string> {
    const { Invalidation } = await this.patiently(until, () =>
      this.client.send(
        new CreateInvalidationCommand({
          DistributionId,
          InvalidationBatch: { CallerReference, Paths: { Quantity: paths.length, Items: [...paths] } },
        }),
      ),
    ).catch((error: unknown) => {
      throw error instanceof InvalidArgument ? new PathsRefused(paths, error) : error;
    });
    if (Invalidation?.Id === undefined) throw new Error('CloudFront answered without an invalidation');
    return Invalidation.Id;
  }

  /** False where the time ran out first. */
  private async completed(DistributionId: string, Id: string, until: number): Promise<boolean> {
    for (;;) {
      if (await this.isCompleted(DistributionId, Id)) return true;
      if (!(await this.pauseWithin(until))) return false;
    }
  }

  /** One look. A look that is refused in passing tells nothing; the next one may. */
  private async isCompleted(DistributionId: string, Id: string): Promise<boolean> {
    try {
      const { Invalidation } = await this.client.send(new GetInvalidationCommand({ DistributionId, Id }));
      return Invalidation?.Status === 'Completed';
    } catch (error) {
      if (isPassing(error)) return false;
      throw error;
    }
  }

  /** Calls again after refusals that pass; the last one is thrown when the time runs out. */
  private async patiently<T>(until: number, call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!isPassing(error) || !(await this.pauseWithin(until))) throw error;
      }
    }
  }

  /** False, at once, where there is no time left for a pause. */
  private async pauseWithin(until: number): Promise<boolean> {
    const { clock } = this.options;
    if (clock.monotonicMs() + POLL_MS > until) return false;
    await clock.sleep(POLL_MS);
    return true;
  }
}

function refused(message: string): InvalidationOutcome {
  return { kind: 'refused', message };
}
