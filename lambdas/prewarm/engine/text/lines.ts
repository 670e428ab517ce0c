/** One line of a text blob and where it lies; `endByte` is one past its last byte, the newline not included. */
export interface PlacedLine {
  readonly text: string;
  readonly startByte: number;
  readonly endByte: number;
}

const NEWLINE = 10;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function linesOf(block: Uint8Array, blockStart: number): PlacedLine[] {
  const text = decoder.decode(block);
  const oneBytePerCharacter = text.length === block.length;
  let startByte = blockStart;
  const lines: PlacedLine[] = [];
  for (const line of text.split('\n')) {
    const endByte = startByte + (oneBytePerCharacter ? line.length : encoder.encode(line).length);
    if (line !== '') lines.push({ text: line, startByte, endByte });
    startByte = endByte + 1;
  }
  return lines;
}

/**
 * Yields the lines of a byte stream, a chunk's worth at a time (a call per line would cost more than the line). Empty lines are
 * left out; a last line without a newline counts. `startByte` is where the stream begins in its blob.
 */
export async function* readPlacedLines(
  chunks: AsyncIterable<Uint8Array>,
  startByte = 0,
): AsyncGenerator<readonly PlacedLine[]> {
  let rest: Uint8Array = new Uint8Array(0);
  let restStart = startByte;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      rest = joined(rest, chunk);
      continue;
    }
    const block = joined(rest, chunk.subarray(0, end));
    yield linesOf(block, restStart);
    restStart += block.length + 1;
    rest = chunk.slice(end + 1);
  }
  if (rest.length > 0) yield linesOf(rest, restStart);
}

/**
 * Yields the lines of a text that comes in pieces, without empty ones, a piece's worth at a time: to wait for each line would
 * cost more than the line. Holds one piece and one broken line.
 */
export async function* readLineBatches(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    const filled = lines.filter((line) => line !== '');
    if (filled.length > 0) yield filled;
  }
  rest += decoder.decode();
  if (rest !== '') yield [rest];
}

/** Yields the lines of a text that comes in pieces, without empty ones, one by one. */
export async function* readLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const lines of readLineBatches(pieces)) yield* lines;
}

const JOIN_AT = 2000;

/** Joins lines by newlines, none at the end, in pieces of a size that is cheap to write. */
export async function* joinLines(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let pending: string[] = [];
  let first = true;
  for await (const line of lines) {
    pending.push(line);
    if (pending.length === JOIN_AT) {
      yield first ? pending.join('\n') : `\n${pending.join('\n')}`;
      first = false;
      pending = [];
    }
  }
  if (pending.length > 0) yield first ? pending.join('\n') : `\n${pending.join('\n')}`;
}
