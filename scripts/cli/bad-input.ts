import { WarmpathError } from '../../lambdas/errors/warmpath-error';

/** What the caller gave cannot be worked on; nothing was started. The message names the field and what is allowed. */
export class BadInput extends WarmpathError {
  override readonly name = 'BadInput';

  constructor(message: string, options?: ErrorOptions) {
    super('BAD_INPUT', message, options);
  }
}

/** Lines after the first stand below the words that follow `warmpath: `. */
const NEXT_LINE = '\n          ';

/** Collects everything that is wrong, so that one message can name all of it. */
export class Problems {
  constructor(private readonly messages: string[] = []) {}

  /** Returns what `check` returns; nothing where it throws BadInput, whose message is kept. */
  async collect<T>(check: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      this.messages.push(error.message);
      return undefined;
    }
  }

  /** @throws BadInput that names everything collected, where there is anything */
  throwIfAny(): void {
    if (this.messages.length > 0) throw new BadInput(this.messages.join(NEXT_LINE));
  }
}
