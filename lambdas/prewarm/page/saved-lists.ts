import { createStore, del, delMany, entries, get, keys, set } from 'idb-keyval';

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

/** What this browser sent, by the id of the request: a deployed service does not tell it. */
const SENT = createStore('warmpath-prewarm-sent', 'lists');
const MOST_SENT = 30;

interface SentList {
  readonly at: number;
  readonly text: string;
}

/** Keeps what a request was sent with; a browser that keeps nothing does no harm. */
export async function keepSent(id: string, text: string): Promise<void> {
  try {
    await set(id, { at: Date.now(), text } satisfies SentList, SENT);
    const kept = await entries<string, SentList>(SENT);
    const old = kept.sort(([, a], [, b]) => b.at - a.at).slice(MOST_SENT);
    await delMany(
      old.map(([name]) => name),
      SENT,
    );
  } catch {
    // Private windows of some browsers have no database.
  }
}

/** The text that a request was sent with from this browser; undefined where it is not kept. */
export async function loadSent(id: string): Promise<string | undefined> {
  return (await get<SentList>(id, SENT).catch(() => undefined))?.text;
}
