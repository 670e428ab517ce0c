import { WarmpathError } from '../../lambdas/errors/warmpath-error';

/**
 * Thrown before any resource exists where props contradict each other or AWS's limits. One line per fault: what it got,
 * what is allowed, what to do.
 */
export class InvalidPrewarmError extends WarmpathError {
  override readonly name = 'InvalidPrewarmError';

  constructor(path: string, faults: readonly string[]) {
    super('INVALID_CONFIGURATION', `${path}: ${faults.join('\n')}`);
  }
}
