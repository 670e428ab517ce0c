/*
 * The API key of this tab. It is kept in the tab's session storage and sent as a header: no cookie, so no other page can make
 * a browser send it, and it is gone with the tab.
 */
const NAME = 'warmpath-api-key';

export function readKey(): string | undefined {
  return sessionStorage.getItem(NAME) ?? undefined;
}

export function keepKey(key: string): void {
  sessionStorage.setItem(NAME, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(NAME);
}

/** Takes the key of a link such as `/#key=…`, which `serve --endpoint` prints, and removes it from the address and the history. */
export function takeKeyFromFragment(): void {
  const key = /^#key=([\x21-\x7e]{20,128})$/.exec(location.hash)?.[1];
  if (key === undefined) return;
  keepKey(decodeURIComponent(key));
  history.replaceState(null, '', location.pathname);
}
