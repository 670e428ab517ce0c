import { gunzipSync } from 'node:zlib';

const BLOCK_BYTES = 512;
/** A configuration with its zips has some 3 MB; what unpacks to far more is not read. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/**
 * Returns every file of a tar.gz whose path ends with `/name` or is it, by path; undefined where it is no such archive or too large.
 */
export function archivedFiles(archive: Buffer, name: string): ReadonlyMap<string, Buffer> | undefined {
  let bytes: Buffer;
  try {
    bytes = gunzipSync(archive, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    return undefined;
  }
  const found = new Map<string, Buffer>();
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK_BYTES <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK_BYTES);
    if (header.every((byte) => byte === 0)) break;
    const sizeBytes = Number.parseInt(textIn(header, 124, 12), 8);
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) return undefined;
    const content = bytes.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + sizeBytes);
    const type = textIn(header, 156, 1);
    if (type === 'x') longPath = /(?:^|\n)\d+ path=([^\n]+)\n/.exec(content.toString('utf8'))?.[1];
    else {
      const prefix = textIn(header, 345, 155);
      const path = longPath ?? (prefix === '' ? '' : `${prefix}/`) + textIn(header, 0, 100);
      longPath = undefined;
      const isFile = type === '' || type === '0';
      if (isFile && (path === name || path.endsWith(`/${name}`))) found.set(path, content);
    }
    at += BLOCK_BYTES + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return found;
}

function textIn(header: Buffer, start: number, length: number): string {
  const text = header.subarray(start, start + length).toString('utf8');
  return text.slice(0, (text.indexOf('\0') + 1 || text.length + 1) - 1).trim();
}
