import { Parser, type ReadEntry } from 'tar';

/** A configuration with its zips has some 3 MB; what unpacks to far more is not read. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/**
 * Returns every file of a tar.gz whose path ends with `/name` or is it, by path; undefined where it is no such archive or too large.
 */
export async function archivedFiles(
  archive: Buffer,
  name: string,
): Promise<ReadonlyMap<string, Buffer> | undefined> {
  const found = new Map<string, Promise<Buffer>>();
  let unpackedBytes = 0;
  const parser = new Parser({ strict: true });
  function take(entry: ReadEntry): void {
    unpackedBytes += entry.size;
    if (unpackedBytes > MAX_UNPACKED_BYTES) {
      parser.abort(new Error('the archive unpacks to too much'));
      return;
    }
    const isFile = entry.type === 'File' || entry.type === 'OldFile';
    if (isFile && (entry.path === name || entry.path.endsWith(`/${name}`)))
      found.set(entry.path, entry.concat());
    else entry.resume();
  }
  try {
    await new Promise<void>((resolve, reject) => {
      parser.on('entry', take).on('end', resolve).on('error', reject).on('abort', reject);
      parser.end(archive);
    });
    const contents = await Promise.all(
      [...found].map(async ([path, content]) => [path, await content] as const),
    );
    return new Map(contents);
  } catch {
    return undefined;
  }
}
