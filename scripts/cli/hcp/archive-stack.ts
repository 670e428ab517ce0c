import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { create } from 'tar';
import { BadInput } from '../bad-input';

/** What Terraform itself never uploads, and what may hold secrets: states and plans. */
const LEFT_OUT =
  /^(?:\.git(?:\/|$)|\.terraform\/(?!modules(?:\/|$))|.*\.tfstate(?:\..*)?$|(?:.*\.)?tfplan$|plan(?:\.json|\.out)?$|crash(?:\..*)?\.log$)/;

/**
 * Returns the folder of a synthesized stack as tar.gz with the configuration at its root, the same for the same files. What
 * `.terraformignore` of the folder or of the working directory names is left out. Links are uploaded as what they lead to.
 *
 * @throws BadInput for a link that leads nowhere, or back to a folder that it lies in
 */
export async function archiveStack(folder: string): Promise<Buffer> {
  const ignored = readIgnored([folder, '.']);
  function isLeftOut(path: string, isFolder: boolean): boolean {
    const name = relative(folder, path);
    return LEFT_OUT.test(name) || ignored.ignores(isFolder ? `${name}/` : name);
  }
  const files = filesToUpload(folder, [realpathSync(folder)], isLeftOut)
    .map((path) => relative(folder, path))
    .sort();
  const stream = create(
    { gzip: true, cwd: folder, portable: true, mtime: new Date(0), follow: true },
    // A name that begins with @ would be read as an archive.
    files.map((path) => `./${path}`),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** @see https://developer.hashicorp.com/terraform/cli/cloud/settings#excluding-files-from-upload-with-terraformignore */
function readIgnored(folders: readonly string[]): Ignore {
  const file = folders.map((folder) => join(folder, '.terraformignore')).find((path) => existsSync(path));
  return ignore().add(file === undefined ? '' : readFileSync(file, 'utf8'));
}

/**
 * What is left out is not looked into: links in it may lead nowhere, and folders be closed.
 *
 * @param above - real paths of the folders that this one lies in, itself the last
 */
function filesToUpload(
  folder: string,
  above: readonly string[],
  isLeftOut: (path: string, isFolder: boolean) => boolean,
): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isLink = entry.isSymbolicLink();
    if (isLeftOut(path, entry.isDirectory()) || !(isLink || entry.isFile() || entry.isDirectory())) return [];
    if (isLink && !existsSync(path))
      throw new BadInput(`${path}: a link to what is not there; remove it, or name it in .terraformignore`);
    if (!statSync(path).isDirectory()) return [path];
    if (isLink && isLeftOut(path, true)) return [];
    const real = realpathSync(path);
    if (above.includes(real))
      throw new BadInput(
        `${path}: a link back to a folder that it lies in; remove it, or name it in .terraformignore`,
      );
    return filesToUpload(path, [...above, real], isLeftOut);
  });
}
