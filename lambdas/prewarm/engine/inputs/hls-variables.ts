import { UnreadableDocument } from '../ports/document-reader';
import { MAX_URL_BYTES } from '../request/limits';
import { excerpt } from './resolve-url';

const REFERENCE = /\{\$([\w-]+)\}/g;
/** Own choice: far above what a playlist needs. */
const MAX_VARIABLES = 1_000;

/**
 * The variables of a playlist (EXT-X-DEFINE, RFC 8216bis, section 4.4.2.3). What is not defined, or twice, makes a playlist
 * unreadable, as it does for players.
 */
export class PlaylistVariables {
  private readonly values = new Map<string, string>();

  /**
   * @param url where the playlist came from
   * @param importable variables of the multivariant playlist that names this one
   */
  constructor(
    private readonly url: string,
    private readonly importable: Readonly<Record<string, string>>,
  ) {}

  /** Returns all of them, for playlists that this one names. */
  get all(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.values);
  }

  /** Takes one EXT-X-DEFINE tag; one that has none of the attributes defines nothing. */
  define(attributes: ReadonlyMap<string, string>): void {
    const name = attributes.get('NAME');
    const imported = attributes.get('IMPORT');
    const parameter = attributes.get('QUERYPARAM');
    if (name !== undefined) this.set(name, this.fill(attributes.get('VALUE') ?? ''));
    else if (imported !== undefined) {
      const value = Object.hasOwn(this.importable, imported) ? this.importable[imported] : undefined;
      if (value === undefined)
        throw new UnreadableDocument(
          `imports the variable ${excerpt(imported)}, which the playlist that names it does not define`,
        );
      this.set(imported, value);
    } else if (parameter !== undefined) {
      const value = new URL(this.url).searchParams.get(parameter);
      if (value === null)
        throw new UnreadableDocument(
          `takes the variable ${excerpt(parameter)} from its query string, which has no such parameter`,
        );
      this.set(parameter, value);
    }
  }

  private set(name: string, value: string): void {
    if (this.values.has(name)) throw new UnreadableDocument(`defines the variable ${excerpt(name)} twice`);
    if (this.values.size >= MAX_VARIABLES)
      throw new UnreadableDocument(`has more than ${MAX_VARIABLES} variables`);
    this.values.set(name, value);
  }

  /** Returns the text with each reference replaced; no longer than a URL may be. */
  fill(text: string): string {
    if (!text.includes('{$')) return text;
    let length = 0;
    return text.replace(REFERENCE, (_, name: string) => {
      const value = this.values.get(name);
      if (value === undefined)
        throw new UnreadableDocument(`uses the variable ${excerpt(name)}, which it does not define`);
      length += value.length;
      if (length > MAX_URL_BYTES)
        throw new UnreadableDocument('has variables (EXT-X-DEFINE) that grow too large');
      return value;
    });
  }
}
