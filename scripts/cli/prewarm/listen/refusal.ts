import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';

/** A message that is not accepted, and will not be when it comes again. */
export class Refusal extends WarmpathError {
  override readonly name = 'Refusal';

  constructor(
    message: string,
    /** HTTP status of the answer. */
    readonly status = 403,
  ) {
    super('MESSAGE_REFUSED', message);
  }
}

/** SNS could not be reached; the message is welcome when it comes again. */
export class NotNow extends WarmpathError {
  override readonly name = 'NotNow';

  constructor(message: string, options?: ErrorOptions) {
    super('SENDER_UNREACHABLE', message, options);
  }
}
