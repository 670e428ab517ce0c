import { WarmpathError } from '../../lambdas/errors/warmpath-error';

/** The props contradict each other or AWS; nothing was created. Lists every problem, each with its cure. */
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
