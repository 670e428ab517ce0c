/**
 * Lines of a plain list, one URL each: streamed, blank lines skipped, a byte-order mark and CRLF line ends removed.
 * There are no comments: `#` begins a fragment.
 */
export async function* listLines(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (
      rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
    ).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const text = line.trim();
      if (text !== '') yield text;
    }
  }
  const last = (rest + decoder.decode()).trim();
  if (last !== '') yield last;
}
