/** A message that is not accepted, and will not be when it comes again. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    message: string,
    /** HTTP status of the answer. */
    readonly status = 403,
  ) {
    super(message);
  }
}

/** SNS could not be reached; the message is welcome when it comes again. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}
