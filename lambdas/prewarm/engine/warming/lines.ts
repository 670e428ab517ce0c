const NEWLINE = '\n';

/**
 * The lines of a text that comes in pieces, without empty ones, a piece's worth at a time: to wait for each line would cost
 * more than the line. Holds one piece and one broken line.
 */
export async function* readLineBatches(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(NEWLINE);
    rest = lines.pop() ?? '';
    const filled = lines.filter((line) => line !== '');
    if (filled.length > 0) yield filled;
  }
  rest += decoder.decode();
  if (rest !== '') yield [rest];
}

/** The same, line by line. */
export async function* readLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const lines of readLineBatches(pieces)) yield* lines;
}
