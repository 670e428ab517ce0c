import { WarmpathError } from '../../../lambdas/errors/warmpath-error';

/**
 * Something whose effect on the image is not known here, such as a substitution or a flag of a later Docker. Whoever
 * catches it lets the key cover the whole context: a build too many, never one too few.
 */
export class Uncertain extends WarmpathError {
  override readonly name = 'Uncertain';

  constructor(reason: string) {
    super('INTERNAL', reason);
  }
}
