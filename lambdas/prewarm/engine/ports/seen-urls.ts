/** Which URLs of one request were there already; exact, whatever the size of the list. */
export interface SeenUrls {
  /** For each URL, in order: true when it is new (also within these URLs), and from now on it is not. */
  addAll(urls: readonly string[]): Promise<readonly boolean[]>;
  /** Gives its memory back; nothing may be added any more. */
  close(): void;
}
