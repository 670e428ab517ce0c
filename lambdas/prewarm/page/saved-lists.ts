import { createStore, del, get, keys, set } from 'idb-keyval';

/** Lists by name, in the database of this browser: a list of 100,000 URLs is too long for its local storage. */
const STORE = createStore('warmpath-prewarm', 'lists');

export async function savedNames(): Promise<readonly string[]> {
  return (await keys<string>(STORE)).sort((a, b) => a.localeCompare(b));
}

export function saveList(name: string, text: string): Promise<void> {
  return set(name, text, STORE);
}

export function loadList(name: string): Promise<string | undefined> {
  return get<string>(name, STORE);
}

export function removeList(name: string): Promise<void> {
  return del(name, STORE);
}
