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
import { planInvalidation } from './invalidation-paths';

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

/** Calls that CloudFront may refuse for their paths until no more of the bad ones are looked for: a dozen lie among thousands. */
const MAX_REFUSALS = 200;
/** Paths that a sentence names, and characters of each. */
const NAMED_PATHS = 5;
const NAMED_CHARACTERS = 120;

/** Many paths were refused one by one, so that the rest is not worth asking for. */
class PathsRefused extends WarmpathError {
  override readonly name = 'PathsRefused';
  constructor(paths: readonly string[], cause: InvalidArgument) {
    super(
      'PATHS_REFUSED',
      `CloudFront refused ${count(paths)}, and more: ${listed(paths)}: ${cause.message} Warm them in a request of their own without need_invalidate.`,
      { cause },
    );
  }
}

function count(paths: readonly string[]): string {
  return paths.length === 1 ? '1 path' : `${paths.length} paths`;
}

/** Names a few paths, without their queries, which may hold what signs a URL. */
function listed(paths: readonly string[]): string {
  const names = paths.slice(0, NAMED_PATHS).map((path) => {
    const [bare = ''] = path.split('?', 1);
    return bare.length > NAMED_CHARACTERS ? `${bare.slice(0, NAMED_CHARACTERS)}\u2026` : bare;
  });
  return paths.length > names.length ? `${names.join(', ')}, ...` : names.join(', ');
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
      const { batches, unnamed } = await planInvalidation(paths);
      const bad = [...unnamed];
      let invalidated = 0;
      let pending = false;
      for (const [index, batch] of batches.entries()) {
        // The reference makes a repeat after a crash find the invalidation that is there.
        const created = await this.create(distribution.id, `${id}-${index}`, batch, until);
        bad.push(...created.bad);
        invalidated += batch.length - created.bad.length;
        for (const invalidation of created.ids)
          pending = !(await this.completed(distribution.id, invalidation, until)) || pending;
      }
      const warning =
        bad.length === 0
          ? undefined
          : `CloudFront takes no invalidation of ${count(bad)}, which may be served as before: ${listed(bad)}`;
      if (invalidated === 0 && warning !== undefined) return refused(warning);
      return { kind: pending ? 'pending' : 'done', paths: invalidated, ...(warning && { warning }) };
    } catch (error) {
      if (error instanceof PathsRefused) return refused(error.message);
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

  /**
   * Creates the invalidation of these paths. CloudFront takes none of a call that has a bad one, and does not say which: then those
   * of the halves, down to the bad paths.
   * @throws PathsRefused where there are too many of them
   */
  private async create(
    distribution: string,
    reference: string,
    paths: readonly string[],
    until: number,
  ): Promise<{ readonly ids: readonly string[]; readonly bad: readonly string[] }> {
    const ids: string[] = [];
    const bad: string[] = [];
    let refusals = 0;
    const left = [{ reference, paths }];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { reference: as, paths: some } = next;
      try {
        ids.push(await this.createOne(distribution, as, some, until));
      } catch (error) {
        if (!(error instanceof InvalidArgument)) throw error;
        refusals += 1;
        const half = Math.ceil(some.length / 2);
        if (some.length > 1)
          left.push(
            { reference: `${as}b`, paths: some.slice(half) },
            { reference: `${as}a`, paths: some.slice(0, half) },
          );
        else bad.push(...some);
        if (refusals >= MAX_REFUSALS && left.length > 0)
          throw new PathsRefused(bad.length > 0 ? bad : some, error);
      }
    }
    return { ids, bad };
  }

  private async createOne(
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
    );
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
