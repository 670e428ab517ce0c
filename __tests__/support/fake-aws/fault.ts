/** A call that the service refuses, with the code and the sentence that AWS refuses it with. */
export class Fault extends Error {
  override readonly name = 'Fault';

  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export function invalid(message: string): Fault {
  return new Fault('ValidationError', message);
}
