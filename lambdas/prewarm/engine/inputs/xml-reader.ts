import { decodeHTMLStrict } from 'entities/decode';
import { Parser } from 'htmlparser2';
import { UnreadableDocument } from '../ports/document-reader';
import { MAX_URL_BYTES } from '../request/limits';
import { excerpt } from './resolve-url';

/** Deeper than any sitemap, feed or manifest. */
const MAX_DEPTH = 32;

/** More than any element of a sitemap, feed or manifest has; what they cost a parser grows faster than their number. */
const MAX_ATTRIBUTES = 256;

/** Characters of one element that are kept at least: a URL that is longer than may be is still seen to be. */
const MAX_TEXT = 16 * MAX_URL_BYTES;

export interface XmlHandlers {
  /** Names are without their prefix, here and below. */
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  /** @param text what stands directly in the element, where it was wanted */
  readonly close: (name: string, text: string) => void;
  /** Elements whose text is wanted. */
  readonly wantsText: (name: string) => boolean;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

interface OpenElement {
  readonly name: string;
  readonly wantsText: boolean;
  text: string;
  /** Text since the last CDATA section, its references as they are written. */
  raw: string;
}

/**
 * Reads XML as the web has it, in pieces: what a strict parser refuses (blanks before the declaration, raw ampersands, HTML
 * entities, control characters, text after the root) is read as it was meant. Entities that a document declares stay as
 * they are written.
 */
export class XmlReader {
  private readonly parser: Parser;
  private readonly path: OpenElement[] = [];
  private isInCdata = false;
  private attributeCount = 0;
  private rootName: string | undefined;
  private hasEnded = false;

  constructor(private readonly handlers: XmlHandlers) {
    this.parser = new Parser(
      {
        onopentagname: () => {
          this.attributeCount = 0;
        },
        onattribute: () => this.countAttribute(),
        onopentag: (name, attributes) => this.open(name, attributes),
        ontext: (part) => this.text(part),
        oncdatastart: () => {
          this.isInCdata = true;
        },
        oncdataend: () => {
          this.isInCdata = false;
        },
        onclosetag: () => this.close(),
        onprocessinginstruction: (_, data) => {
          // Without its entities half of what it says would be missing; with them a small document could grow without end.
          if (data.includes('!ENTITY')) throw new UnreadableDocument('declares entities, which are not read');
        },
      },
      { xmlMode: true, decodeEntities: false },
    );
  }

  /** Name of the root element without its prefix; nothing before it. */
  get root(): string | undefined {
    return this.rootName;
  }

  /** @throws UnreadableDocument where elements are nested too deeply or have too many attributes */
  write(text: string): void {
    if (!this.hasEnded) this.parser.write(text);
  }

  /**
   * The parser itself is not ended: it would close what a cut document left open, and half a URL would count as one.
   * @throws UnreadableDocument where the root element was not closed, or there is none
   */
  end(): void {
    if (this.rootName === undefined) throw new UnreadableDocument('has no element');
    if (!this.hasEnded) throw new UnreadableDocument(`ends before its element ${this.rootName} does`);
  }

  private countAttribute(): void {
    this.attributeCount += 1;
    if (this.attributeCount > MAX_ATTRIBUTES)
      throw new UnreadableDocument(`has an element with more than ${MAX_ATTRIBUTES} attributes`);
  }

  private open(written: string, writtenAttributes: Readonly<Record<string, string>>): void {
    if (this.hasEnded) return;
    const name = localName(written);
    if (this.path.length >= MAX_DEPTH)
      throw new UnreadableDocument(`has elements more than ${MAX_DEPTH} levels deep`);
    this.rootName ??= name;
    this.path.push({ name, wantsText: this.handlers.wantsText(name), text: '', raw: '' });
    const attributes = Object.fromEntries(
      Object.entries(writtenAttributes).map(([key, value]) => [key, decodeHTMLStrict(value)]),
    );
    this.handlers.open(name, attributes);
  }

  private text(part: string): void {
    const element = this.path.at(-1);
    if (element === undefined || !element.wantsText) return;
    if (element.text.length + element.raw.length > MAX_TEXT) return;
    if (this.isInCdata) {
      element.text += decodeHTMLStrict(element.raw) + part;
      element.raw = '';
    } else element.raw += part;
  }

  private close(): void {
    const element = this.path.pop();
    if (element === undefined || this.hasEnded) return;
    this.handlers.close(element.name, element.text + decodeHTMLStrict(element.raw));
    this.hasEnded = this.path.length === 0;
  }
}

/** Refuses a document whose root element is another one, by its name. */
export function wrongRoot(name: string, expected: string): UnreadableDocument {
  return new UnreadableDocument(`is not ${expected}: its root element is ${excerpt(name)}`);
}
