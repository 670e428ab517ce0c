import { WarmpathError } from '../../lambdas/errors/warmpath-error';

/**
 * Thrown before any resource exists where props contradict each other or AWS's limits. One line per problem, each with
 * what to do.
 */
export class InvalidAiShellEcsError extends WarmpathError {
  override readonly name = 'InvalidAiShellEcsError';

  constructor(
    path: string,
    readonly problems: readonly string[],
  ) {
    super(
      'INVALID_CONFIGURATION',
      [`${path}: ${problems.length} problem(s):`, ...problems.map((problem) => `- ${problem}`)].join('\n'),
    );
  }
}
