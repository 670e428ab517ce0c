import { ApiFailure } from './failure';

/** No body of the API is nested deeper than an array in an object. */
const MAX_DEPTH = 32;
/** Values and names in a body: more than `url_list` may have, with room for all other fields. */
const MAX_VALUES = 250_000;
/** Bytes of one text: more than any field may have, escapes included. Only `input` is longer, and has a rule of its own. */
const MAX_TEXT_BYTES = 64 * 1024;
/** Bytes of a number or a word such as `true`. */
const MAX_TOKEN_BYTES = 100;

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

function outOfBounds(got: string, allowed: string): ApiFailure {
  return new ApiFailure('BAD_INPUT', `body: got ${got}; allowed: ${allowed}.`);
}

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

  /** @throws ApiFailure 400 at the first byte that is out of bounds */
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
    if (this.run > MAX_TEXT_BYTES && !this.isInput)
      throw outOfBounds(
        `a text of more than ${MAX_TEXT_BYTES} bytes`,
        `texts of up to ${MAX_TEXT_BYTES} bytes`,
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
        if (this.depth > MAX_DEPTH)
          throw outOfBounds(`more than ${MAX_DEPTH} levels of nesting`, `up to ${MAX_DEPTH}`);
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
        if (this.run > MAX_TOKEN_BYTES)
          throw outOfBounds(`a number or word of more than ${MAX_TOKEN_BYTES} bytes`, 'JSON');
    }
  }

  private count(): void {
    this.run = 0;
    this.values += 1;
    if (this.values > MAX_VALUES)
      throw outOfBounds(
        `more than ${MAX_VALUES} values`,
        `up to ${MAX_VALUES}; upload a longer list: POST /lists, then list_id`,
      );
  }
}
