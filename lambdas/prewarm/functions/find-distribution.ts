import type { FindDistribution } from '../engine/ports/find-distribution';
import { log } from './runtime';

let opening: Promise<FindDistribution> | undefined;

/**
 * Finds a distribution of the account by one of its names. Loads the client of CloudFront with the first name that DNS does not
 * explain: most requests have none, and a cold start without it is shorter.
 */
export const findDistribution: FindDistribution = async (name) => {
  opening ??= import('../aws/distributions').then(({ distributionFinder }) => distributionFinder(log));
  return (await opening)(name);
};
