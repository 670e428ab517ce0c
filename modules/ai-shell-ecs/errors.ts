/** The props contradict each other or AWS; nothing was created. Lists every problem, each with its cure. */
export class InvalidAiShellEcsError extends Error {
  override readonly name = 'InvalidAiShellEcsError';

  constructor(
    path: string,
    readonly problems: readonly string[],
  ) {
    super(
      [`${path}: ${problems.length} problem(s):`, ...problems.map((problem) => `- ${problem}`)].join('\n'),
    );
  }
}
