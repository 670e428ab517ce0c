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
