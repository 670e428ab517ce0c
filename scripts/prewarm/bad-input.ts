/** What the caller gave cannot be worked on; nothing was started. The message names the field and what is allowed. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}
