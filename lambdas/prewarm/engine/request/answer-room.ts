/**
 * Bytes of the lines that one answer lists. A function's answer ends at 6 MB; what is left is for all else in it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (payload of an invocation)
 */
const MAX_LISTED_BYTES = 4_000_000;

const encoder = new TextEncoder();

/** As they leave a function: the answer is JSON, in which the body is a text, which is JSON again. */
function listedBytes(line: string): number {
  return encoder.encode(JSON.stringify(JSON.stringify(line))).length;
}

/** Says of one line after the other whether it still fits into an answer; after one that does not, none does. */
export function answerRoom(): (line: string) => boolean {
  let left = MAX_LISTED_BYTES;
  return (line) => {
    if (left >= 0) left -= listedBytes(line);
    return left >= 0;
  };
}
