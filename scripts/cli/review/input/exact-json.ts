/** A number that a double cannot hold stands as a string that begins with this private-use character. */
const EXACT = '\uE1A0';

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** A number with many digits or an exponent, where JSON has a value: base64 and digests look like such numbers elsewhere. */
const MAY_BE_INEXACT = /[[:,]\s*-?(?:\d[\d.]{15}|\d[\d.]*[eE][+-]?\d)|^-?\d/;

/**
 * Parses JSON and keeps every digit of numbers that JSON.parse would round, such as those past 2^53.
 *
 * @throws SyntaxError as JSON.parse does
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(MAY_BE_INEXACT.test(text) ? protectNumbers(text) : text);
}

/** Returns the digits of a number that {@link parseExactJson} kept as a string; undefined for any other value. */
export function exactDigits(value: unknown): string | undefined {
  return typeof value === 'string' && value.startsWith(EXACT) ? value.slice(EXACT.length) : undefined;
}

function protectNumbers(text: string): string {
  const parts: string[] = [];
  let position = 0;
  while (position < text.length) {
    const open = text.indexOf('"', position);
    parts.push(text.slice(position, open === -1 ? text.length : open).replace(NUMBER, protect));
    if (open === -1) break;
    const close = closingQuote(text, open);
    parts.push(text.slice(open, close + 1));
    position = close + 1;
  }
  return parts.join('');
}

function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

function protect(digits: string): string {
  const number = Number(digits);
  const isExact = Number.isInteger(number)
    ? Number.isSafeInteger(number)
    : Number.isFinite(number) && digits.length <= 17;
  return isExact ? digits : JSON.stringify(EXACT + digits);
}
