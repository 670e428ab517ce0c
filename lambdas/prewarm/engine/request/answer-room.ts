/**
 * Bytes of the lines that one response lists. A function's response is at most 6 MB; the rest is for everything else in it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (payload of an invocation)
 */
const MAX_LISTED_BYTES = 4_000_000;

const encoder = new TextEncoder();

/** As encoded in a function's response: JSON, whose body is a string of JSON. */
function listedBytes(line: string): number {
  return encoder.encode(JSON.stringify(JSON.stringify(line))).length;
}

/** Returns a function that tells whether one more line fits into the response; after one that does not fit, none does. */
export function answerRoom(): (line: string) => boolean {
  let left = MAX_LISTED_BYTES;
  return (line) => {
    if (left >= 0) left -= listedBytes(line);
    return left >= 0;
  };
}
