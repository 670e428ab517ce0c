import { readFile, stat } from 'node:fs/promises';

const READABLE_BY_OTHERS = 0o077;

/**
 * Reads a secret: the first line of a file that only its owner can read.
 * @param refused makes the error that is thrown where the file cannot be read, or others may read it
 */
export async function readSecretLine(
  file: string,
  refused: (complaint: string, options?: ErrorOptions) => Error,
): Promise<string> {
  const [text, { mode }] = await Promise.all([readFile(file, 'utf8'), stat(file)]).catch((error) => {
    throw refused('which cannot be read; allowed: a file with one line', { cause: error });
  });
  if (process.platform !== 'win32' && (mode & READABLE_BY_OTHERS) !== 0)
    throw refused(`which others may read; allowed: a file for its owner only; do: chmod 600 ${file}`);
  return text.split('\n')[0]?.trim() ?? '';
}
