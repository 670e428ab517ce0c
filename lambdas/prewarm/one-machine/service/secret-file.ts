import { readFile, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

const READABLE_BY_OTHERS = 0o077;

/**
 * Returns the folders that only the service sees, whatever the modes of the files in them: those where systemd, Docker, Podman and
 * Kubernetes put secrets. Docker gives them mode 444, Kubernetes 644, and systemd 440 beside a list of who may read.
 */
function guardedFolders(): readonly string[] {
  const credentials = process.env['CREDENTIALS_DIRECTORY'];
  return ['/run/secrets', '/var/run/secrets', ...(credentials ? [resolve(credentials)] : [])];
}

function isGuarded(file: string): boolean {
  return guardedFolders().some((folder) => resolve(file).startsWith(folder + sep));
}

/**
 * Reads a secret: the first line of a file that only its owner can read, or that lies in a folder of secrets.
 * @param refused makes the error that is thrown where the file cannot be read, or others may read it
 */
export async function readSecretLine(
  file: string,
  refused: (complaint: string, options?: ErrorOptions) => Error,
): Promise<string> {
  const [text, { mode }] = await Promise.all([readFile(file, 'utf8'), stat(file)]).catch((error) => {
    throw refused('which cannot be read; allowed: a file with one line that this user may read', {
      cause: error,
    });
  });
  if (process.platform !== 'win32' && (mode & READABLE_BY_OTHERS) !== 0 && !isGuarded(file))
    throw refused(`which others may read; allowed: a file for its owner only; do: chmod 600 ${file}`);
  return text.split('\n')[0]?.trim() ?? '';
}
