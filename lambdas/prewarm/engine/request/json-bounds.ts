import { WarmpathError } from '../../../errors/warmpath-error';

/** Levels of objects and arrays in each other, in any JSON that is read. */
const MAX_JSON_DEPTH = 32;

/** How large JSON may be in each way that makes a parser slow. */
export interface JsonLimits {
  /** Values and names. */
  readonly maxValues: number;
  /** Bytes of one text, escapes included. The value of `input`, which holds a whole body, may be longer. */
  readonly maxTextBytes: number;
  /** Bytes of a number or a word such as `true`. */
  readonly maxTokenBytes: number;
}

/** For the body of a request: more than `url_list` and any other field may have. */
export const BODY_LIMITS: JsonLimits = {
  maxValues: 250_000,
  maxTextBytes: 64 * 1024,
  maxTokenBytes: 100,
};

/** JSON goes beyond one of its bounds. */
export class JsonOutOfBounds extends WarmpathError {
  override readonly name = 'JsonOutOfBounds';
  constructor(got: string, allowed: string) {
    super('BAD_INPUT', `JSON: got ${got}; allowed: ${allowed}`);
  }
}

const INPUT = Buffer.from('input');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const LAST_BLANK = 0x20;

/**
 * Looks through JSON, piece by piece as it comes, for what makes a parser slow or large: nesting, very many values, very long
 * texts. Whether it is JSON at all is for the parser to say.
 */
export class JsonBounds {
  private depth = 0;
  private values = 0;
  private inText = false;
  private escaped = false;
  /** Bytes of the text or the token underway. */
  private run = 0;
  /** First bytes of the text underway that are those of the name `input`. */
  private likeInput = 0;
  /** True for the value of `input`, which holds a whole body. */
  private isInput = false;

  constructor(private readonly limits: JsonLimits) {}

  /** @throws JsonOutOfBounds at the first byte that is out of bounds */
  look(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at] ?? 0;
      if (this.inText) this.text(byte);
      else this.structure(byte);
    }
  }

  private text(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) {
      this.inText = false;
      return;
    }
    if (byte === INPUT[this.run]) this.likeInput += 1;
    this.run += 1;
    if (this.run > this.limits.maxTextBytes && !this.isInput)
      throw new JsonOutOfBounds(
        `a text of more than ${this.limits.maxTextBytes} bytes`,
        `texts of up to ${this.limits.maxTextBytes} bytes`,
      );
  }

  private structure(byte: number): void {
    if (byte <= LAST_BLANK) return;
    switch (byte) {
      case QUOTE:
        this.inText = true;
        this.run = 0;
        this.likeInput = 0;
        return;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        this.depth += 1;
        if (this.depth > MAX_JSON_DEPTH)
          throw new JsonOutOfBounds(
            `more than ${MAX_JSON_DEPTH} levels of nesting`,
            `up to ${MAX_JSON_DEPTH}`,
          );
        this.count();
        return;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        this.depth -= 1;
        this.run = 0;
        return;
      case COLON:
        this.isInput = this.run === INPUT.length && this.likeInput === INPUT.length;
        this.count();
        return;
      case COMMA:
        this.isInput = false;
        this.count();
        return;
      default:
        this.run += 1;
        if (this.run > this.limits.maxTokenBytes)
          throw new JsonOutOfBounds(
            `a number or word of more than ${this.limits.maxTokenBytes} bytes`,
            'JSON',
          );
    }
  }

  private count(): void {
    this.run = 0;
    this.values += 1;
    if (this.values > this.limits.maxValues)
      throw new JsonOutOfBounds(
        `more than ${this.limits.maxValues} values`,
        `up to ${this.limits.maxValues}; upload a longer list: POST /lists, then list_id`,
      );
  }
}
