const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** True for a lower-case DNS name of two or more labels; IP addresses are none. */
export function isHostName(text: string): boolean {
  return HOST_NAME.test(text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is what it leaves out
const INTERNATIONAL = /^(?:[a-z0-9.-]|[^\u0000-\u007f])+$/;

/** A name without blanks, in lower case, and in punycode where it is international: as the hosts of URLs are. */
export function asHostName(text: string): string {
  const name = text.trim().toLowerCase();
  const url = `https://${name}/`;
  return INTERNATIONAL.test(name) && URL.canParse(url) ? new URL(url).hostname : name;
}
