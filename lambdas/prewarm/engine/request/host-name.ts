/** @see https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4 (255 octets, of which the text shows 253) */
export const MAX_HOST_NAME_LENGTH = 253;

const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Returns true for a lower-case DNS name of two or more labels; IP addresses are none. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is what it leaves out
const INTERNATIONAL = /^(?:[a-z0-9.-]|[^\u0000-\u007f])+$/;

/**
 * Returns a name without blanks, in lower case, and in punycode where it is international: as the hosts of URLs are. One that is
 * too long for any host stays as it is: converting it would take time for nothing.
 */
export function asHostName(text: string): string {
  const name = text.trim();
  if (name.length > MAX_HOST_NAME_LENGTH) return name;
  const lower = name.toLowerCase();
  const url = `https://${lower}/`;
  return INTERNATIONAL.test(lower) && URL.canParse(url) ? new URL(url).hostname : lower;
}
