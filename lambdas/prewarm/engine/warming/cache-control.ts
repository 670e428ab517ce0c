/** Most answers have none of these, and looking for them costs little. */
const MAY_FORBID = /no-|private|age\s*=/i;
/** A directive and its value, with or without quotation marks. */
const DIRECTIVE = /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,"]*)))?/g;

/**
 * Returns the directive of an answer that keeps an edge from serving the object to the next viewer; nothing where there is none.
 * `s-maxage` goes before `max-age`, as in every shared cache. A time of 0 counts unless the edge may serve what is stale meanwhile.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
 */
export function reasonNotToKeep(cacheControl: string): string | undefined {
  if (!MAY_FORBID.test(cacheControl)) return undefined;
  const directives = new Map<string, string | undefined>();
  for (const [, name = '', quoted, plain] of cacheControl.matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    if (!directives.has(key)) directives.set(key, quoted ?? plain);
  }
  for (const name of ['no-store', 'private']) if (directives.has(name)) return name;
  // With a list of header names it forbids to keep those only.
  if (directives.has('no-cache') && directives.get('no-cache') === undefined) return 'no-cache';
  if (Number(directives.get('stale-while-revalidate') ?? 0) > 0) return undefined;
  const lifetime = ['s-maxage', 'max-age'].find((name) => directives.has(name));
  return lifetime !== undefined && isZero(directives.get(lifetime)) ? `${lifetime}=0` : undefined;
}

function isZero(value: string | undefined): boolean {
  return value !== undefined && /^-?\d+$/.test(value) && Number(value) <= 0;
}
