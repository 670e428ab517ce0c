/** Paths of one call. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html */
export const MAX_PATHS = 3_000;
/** Wildcards in progress at a time, per distribution. */
export const MAX_WILDCARDS = 15;
/**
 * Characters of a path, the wildcard's asterisk included.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
 */
export const MAX_PATH_CHARACTERS = 4_000;
/** Batches of single paths, awaited one after the other; a longer list is invalidated by its folders. */
const MAX_BATCHES = 4;
/** Folders held while a long list streams by. */
const MAX_FOLDERS_HELD = 2_000;

/** What an invalidation asks for. */
export interface InvalidationPlan {
  /** The paths of each call. */
  readonly batches: readonly (readonly string[])[];
  /** Paths that no call can name: they are too long, or CloudFront would take them as a wildcard. */
  readonly unnamed: readonly string[];
}

/** What RFC 1738, section 2.2, calls unsafe, control characters and whatever is not ASCII. */
const UNSAFE = /[^\x21-\x7e]|["#<>[\\\]^`{|}~]|%(?![0-9a-f]{2})/giu;
/**
 * Escapes of what RFC 1738 lets stand unescaped. Not of `*`, which would become a wildcard, of `+`, which means a space in a query,
 * nor of `.`, which could become a step to the folder above.
 */
const ESCAPED_SAFE = /%(?:2[14789CD]|3\d|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9A])/gi;
/** What signs a URL is no part of the object's name. */
const SIGNATURE = /^(?:Expires|Policy|Signature|Key-Pair-Id|Hash-Algorithm)=/;

/**
 * Returns a path as an invalidation names it: unsafe characters encoded, all others as they are. CloudFront refuses the first
 * unless encoded, together with every other path of the call, and does not find an object by escapes of the latter. What signs the
 * URL is left out, and a question mark with nothing after it.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
 */
export function invalidationPath(path: string): string {
  return withoutSignature(path)
    .replace(UNSAFE, (character) =>
      [...Buffer.from(character)]
        .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
        .join(''),
    )
    .replace(ESCAPED_SAFE, (encoded) => String.fromCharCode(Number.parseInt(encoded.slice(1), 16)));
}

function withoutSignature(path: string): string {
  const mark = path.indexOf('?');
  if (mark === -1) return path;
  const pairs = path.slice(mark + 1).split('&');
  const isSigned = pairs.some((pair) => pair.startsWith('Key-Pair-Id='));
  const kept = (isSigned ? pairs.filter((pair) => !SIGNATURE.test(pair)) : pairs).join('&');
  return kept === '' ? path.slice(0, mark) : `${path.slice(0, mark)}?${kept}`;
}

/** Returns whether a call can name this path, and names this one object by it. */
function isNameable(path: string): boolean {
  return path.length <= MAX_PATH_CHARACTERS && !path.endsWith('*');
}

function folderOf(path: string): string {
  const end = path.indexOf('?');
  const bare = end === -1 ? path : path.slice(0, end);
  return bare.slice(0, bare.lastIndexOf('/') + 1) || '/';
}

function parentOf(folder: string): string {
  return folderOf(folder.slice(0, -1));
}

function depthOf(folder: string): number {
  return folder.split('/').length;
}

/** Replaces the deepest folders by their parents until at most `most` are left. */
function rollUp(folders: Set<string>, most: number): Set<string> {
  let left = folders;
  while (left.size > most) {
    const deepest = Math.max(...[...left].map(depthOf));
    left = new Set([...left].map((folder) => (depthOf(folder) === deepest ? parentOf(folder) : folder)));
  }
  return left;
}

/** Folders without those that lie in another one of them. */
function outermost(folders: Set<string>): string[] {
  return [...folders].filter((folder) => {
    for (let above = folder; above !== '/'; ) {
      above = parentOf(above);
      if (folders.has(above)) return false;
    }
    return true;
  });
}

/** Returns the wildcard for a folder, or for the nearest one above it that a path has room for. */
function wildcardFor(folder: string): string {
  for (let from = folder; ; from = parentOf(from)) {
    const wildcard = `${invalidationPath(from)}*`;
    if (wildcard.length <= MAX_PATH_CHARACTERS) return wildcard;
  }
}

/**
 * Returns the calls that invalidate these paths: the paths themselves where they fit four calls, else the folders that hold them,
 * at most 15, as wildcards. A wildcard also takes what was not listed; it is the price of a list that single paths would take
 * hours and thousands of dollars to invalidate.
 */
export async function planInvalidation(paths: AsyncIterable<string>): Promise<InvalidationPlan> {
  const single = new Set<string>();
  let folders: Set<string> | undefined;
  for await (const path of paths) {
    if (folders === undefined) {
      single.add(path);
      if (single.size <= MAX_PATHS * MAX_BATCHES) continue;
      folders = new Set([...single].map(folderOf));
      single.clear();
    } else folders.add(folderOf(path));
    if (folders.size > MAX_FOLDERS_HELD) folders = rollUp(folders, MAX_FOLDERS_HELD / 2);
  }
  if (folders !== undefined) {
    const wildcards = new Set(outermost(rollUp(folders, MAX_WILDCARDS)).sort().map(wildcardFor));
    return { batches: [[...wildcards]], unnamed: [] };
  }
  const listed = [...new Set([...single].map(invalidationPath))];
  const named = listed.filter(isNameable);
  return {
    batches: Array.from({ length: Math.ceil(named.length / MAX_PATHS) }, (_, batch) =>
      named.slice(batch * MAX_PATHS, (batch + 1) * MAX_PATHS),
    ),
    unnamed: listed.filter((path) => !isNameable(path)),
  };
}
