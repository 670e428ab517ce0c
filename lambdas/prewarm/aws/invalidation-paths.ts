import { WarmpathError } from '../../errors/warmpath-error';

/** Paths of one call. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html */
export const MAX_PATHS = 3_000;
/** Wildcards in progress at a time, per distribution. */
export const MAX_WILDCARDS = 15;
/** Batches of single paths, awaited one after the other; a longer list is invalidated by its folders. */
const MAX_BATCHES = 4;
/** Folders held while a long list streams by. */
const MAX_FOLDERS_HELD = 2_000;

/**
 * A URL that ends in an asterisk: CloudFront would take its path as a wildcard and invalidate what was not listed, and it does not
 * know the object under any other spelling.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
 */
export class PathIsWildcard extends WarmpathError {
  override readonly name = 'PathIsWildcard';
  constructor(path: string) {
    const [bare = ''] = path.split('?');
    super(
      'PATH_IS_WILDCARD',
      `the URL with the path ${bare} ends in *, which an invalidation takes as a wildcard; warm it in a request of its own without need_invalidate`,
    );
  }
}

/** What RFC 1738, section 2.2, calls unsafe, control characters and whatever is not ASCII. */
const UNSAFE = /[^\x21-\x7e]|["#<>[\\\]^`{|}~]|%(?![0-9a-f]{2})/giu;

/**
 * Returns a path as an invalidation names it: unsafe characters encoded, and parentheses as they are. CloudFront refuses the
 * first unless encoded, together with every other path of the call, and does not find an object under the latter.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
 */
export function invalidationPath(path: string): string {
  return path
    .replace(UNSAFE, (character) =>
      [...Buffer.from(character)]
        .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
        .join(''),
    )
    .replace(/%28/g, '(')
    .replace(/%29/g, ')');
}

/** Returns the first path with more than letters, digits and the usual marks, without its query; for an error that names none. */
export function firstUnusual(paths: readonly string[]): string | undefined {
  return paths
    .map((path) => path.split('?', 1)[0] ?? path)
    .find((path) => /[^\w./-]/.test(path.replace(/\*$/, '')));
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

/**
 * Returns the calls that invalidate these paths: the paths themselves where they fit four calls, else the folders that hold them,
 * at most 15, as wildcards. A wildcard also takes what was not listed; it is the price of a list that single paths would take
 * hours and thousands of dollars to invalidate.
 * @throws PathIsWildcard for a single path that CloudFront would take as more than one
 */
export async function planInvalidation(
  paths: AsyncIterable<string>,
): Promise<readonly (readonly string[])[]> {
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
  if (folders !== undefined)
    return [
      outermost(rollUp(folders, MAX_WILDCARDS))
        .sort()
        .map((folder) => `${invalidationPath(folder)}*`),
    ];
  const listed = [...new Set([...single].map(invalidationPath))];
  const wildcard = listed.find((path) => path.endsWith('*'));
  if (wildcard !== undefined) throw new PathIsWildcard(wildcard);
  return Array.from({ length: Math.ceil(listed.length / MAX_PATHS) }, (_, batch) =>
    listed.slice(batch * MAX_PATHS, (batch + 1) * MAX_PATHS),
  );
}
