import { BadAnswer } from './transport-head';

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const SPACE = 0x20;
const TAB = 0x09;
/** 2^48 bytes are more than any object has. */
const MAX_SIZE_DIGITS = 12;
/** Of the extensions of one chunk, and of all trailers. */
const MAX_IGNORED_BYTES = 65_536;

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

type State =
  | 'size'
  | 'extension'
  | 'size-end'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'line-start'
  | 'trailer'
  | 'trailer-lf'
  | 'end-lf'
  | 'done';

/** Counts the payload of a chunked body that comes in pieces; extensions and trailers are passed over. */
export class ChunkCounter {
  /** Payload bytes so far. */
  payloadBytes = 0;
  private state: State = 'size';
  private size = 0;
  private digits = 0;
  private ignored = 0;

  get isDone(): boolean {
    return this.state === 'done';
  }

  /**
   * Reads the bytes from `start` to `end`. Returns the offset at which it stopped: before `end` only at the end of the body.
   * @throws BadAnswer
   */
  take(buffer: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.state !== 'done') {
      if (this.state === 'data') {
        const bytes = Math.min(this.size, end - at);
        this.payloadBytes += bytes;
        this.size -= bytes;
        at += bytes;
        if (this.size === 0) this.state = 'data-cr';
      } else {
        this.step(buffer[at] ?? 0);
        at += 1;
      }
    }
    return at;
  }

  private step(code: number): void {
    switch (this.state) {
      case 'size':
        this.takeSize(code);
        return;
      case 'extension':
        if (code === CR) this.state = 'size-end';
        else this.ignore(code);
        return;
      case 'size-end':
        this.expect(code, LF);
        this.state = this.size === 0 ? 'line-start' : 'data';
        return;
      case 'data-cr':
        this.expect(code, CR);
        this.state = 'data-lf';
        return;
      case 'data-lf':
        this.expect(code, LF);
        this.digits = 0;
        this.ignored = 0;
        this.state = 'size';
        return;
      case 'line-start':
        if (code !== CR) this.ignore(code);
        this.state = code === CR ? 'end-lf' : 'trailer';
        return;
      case 'trailer':
        if (code === CR) this.state = 'trailer-lf';
        else this.ignore(code);
        return;
      case 'trailer-lf':
        this.expect(code, LF);
        this.state = 'line-start';
        return;
      default:
        this.expect(code, LF);
        this.state = 'done';
    }
  }

  private takeSize(code: number): void {
    const digit = hexDigit(code);
    if (digit >= 0) {
      if (this.digits === MAX_SIZE_DIGITS) throw new BadAnswer('a chunk is too large');
      this.size = this.size * 16 + digit;
      this.digits += 1;
      return;
    }
    if (this.digits === 0) throw new BadAnswer('a chunk has no size');
    if (code === CR) this.state = 'size-end';
    else if (code === SEMICOLON || code === SPACE || code === TAB) this.state = 'extension';
    else throw new BadAnswer('a chunk size is no number');
  }

  private ignore(code: number): void {
    this.ignored += 1;
    if (code === LF || this.ignored > MAX_IGNORED_BYTES)
      throw new BadAnswer('a line around its chunks is broken or too long');
  }

  private expect(code: number, wanted: number): void {
    if (code !== wanted) throw new BadAnswer('its chunks do not end where they should');
  }
}
