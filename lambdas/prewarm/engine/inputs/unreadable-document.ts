import { WarmpathError } from '../../../errors/warmpath-error';

/** What is wrong with a document, as the end of a sentence that begins with its URL. */
export class UnreadableDocument extends WarmpathError {
  override readonly name = 'UnreadableDocument';

  constructor(message: string, options?: ErrorOptions) {
    super('DOCUMENT_UNREADABLE', message, options);
  }
}
