/** The props contradict each other or AWS; nothing was created. One line per fault: what it got, what is allowed, what to do. */
export class InvalidPrewarmError extends Error {
  override readonly name = 'InvalidPrewarmError';

  constructor(path: string, faults: readonly string[]) {
    super(`${path}: ${faults.join('\n')}`);
  }
}
