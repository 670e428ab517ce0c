/**
 * Proves that a mapping written by hand forgets nothing: called with what is left of an object after every known key has
 * been taken out, it does not compile when the object's type gains a key.
 */
export function nothingLeft(_rest: Readonly<Record<string, never>>): void {}
