import { ChunkCounter } from './transport-chunks';
import { type AnswerHead, BadAnswer, parseHead } from './transport-head';

/** Bytes of a response head that are searched in one pass; nearly every head is shorter. */
const HEAD_STEP_BYTES = 1_024;
const MAX_HEAD_BYTES = 65_536;
const HEAD_END = '\r\n\r\n';
const PROTOCOL = 'HTTP/1.';
const SWITCHING_PROTOCOLS = 101;

/**
 * Parses the responses on one connection from its bytes, in whatever pieces they come: needed headers are kept, the
 * body is counted and dropped. Interim responses (1xx) are skipped.
 */
export class AnswerReader {
  /** Known once the whole head has been read. */
  head: AnswerHead | undefined;
  isDone = false;
  /** Bytes followed the response: the connection must not be reused. */
  hasSurplus = false;
  private isAnswerToHead = false;
  private partOfHead = '';
  private bytes = 0;
  private chunks: ChunkCounter | undefined;

  /** Resets the parser for the response to the next request. */
  begin(method: 'GET' | 'HEAD'): void {
    this.head = undefined;
    this.bytes = 0;
    this.isDone = false;
    this.hasSurplus = false;
    this.isAnswerToHead = method === 'HEAD';
    this.partOfHead = '';
    this.chunks = undefined;
  }

  /** Body bytes so far, without the framing of chunks. */
  get bodyBytes(): number {
    return this.chunks?.payloadBytes ?? this.bytes;
  }

  /** Returns true once a byte of the response has arrived. */
  get hasBegun(): boolean {
    return this.head !== undefined || this.partOfHead !== '';
  }

  /**
   * Takes the first `length` bytes of the buffer.
   * @throws BadAnswer
   */
  take(buffer: Buffer, length: number): void {
    let at = 0;
    while (at < length && !this.isDone)
      at = this.head ? this.takeBody(this.head, buffer, at, length) : this.takeHead(buffer, at, length);
    if (at < length) this.hasSurplus = true;
  }

  /** The peer has closed the connection (FIN), which is how some responses end. Not to be called after an error. */
  endOfConnection(): void {
    if (this.head?.framing === 'close') this.isDone = true;
  }

  private takeHead(buffer: Buffer, at: number, length: number): number {
    const known = this.partOfHead.length;
    const stop = Math.min(length, at + HEAD_STEP_BYTES);
    const text = this.partOfHead + buffer.toString('latin1', at, stop);
    const end = text.indexOf(HEAD_END, Math.max(0, known - HEAD_END.length + 1));
    if (end === -1) {
      this.keepPart(text);
      return stop;
    }
    this.partOfHead = '';
    const head = parseHead(text, end, this.isAnswerToHead);
    if (head.status === SWITCHING_PROTOCOLS) throw new BadAnswer('it switches the protocol unasked');
    if (head.status >= 200) {
      this.head = head;
      if (head.framing === 'chunked') this.chunks = new ChunkCounter();
      else this.isDone = head.framing === 'length' && head.bodyBytes === 0;
    }
    return at + end + HEAD_END.length - known;
  }

  private keepPart(text: string): void {
    if (!text.startsWith(PROTOCOL.slice(0, text.length)))
      throw new BadAnswer('it does not begin with a status line');
    if (/[^\r]\n/.test(text)) throw new BadAnswer('a line of its head ends without CR');
    if (text.length > MAX_HEAD_BYTES) throw new BadAnswer(`its head is longer than ${MAX_HEAD_BYTES} bytes`);
    this.partOfHead = text;
  }

  private takeBody(head: AnswerHead, buffer: Buffer, at: number, length: number): number {
    if (this.chunks) {
      const stop = this.chunks.take(buffer, at, length);
      this.isDone = this.chunks.isDone;
      return stop;
    }
    if (head.framing === 'close') {
      this.bytes += length - at;
      return length;
    }
    const bytes = Math.min(head.bodyBytes - this.bytes, length - at);
    this.bytes += bytes;
    this.isDone = this.bytes === head.bodyBytes;
    return at + bytes;
  }
}
