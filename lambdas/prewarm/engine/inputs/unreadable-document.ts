/** What is wrong with a document, as the end of a sentence that begins with its URL. */
export class UnreadableDocument extends Error {
  override readonly name = 'UnreadableDocument';
}
