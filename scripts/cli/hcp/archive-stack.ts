import { create } from 'tar';

/** What Terraform itself never uploads, and what may hold secrets: states and plans. */
const LEFT_OUT =
  /^(?:\.git(?:\/|$)|\.terraform\/(?!modules(?:\/|$))|.*\.tfstate(?:\..*)?$|(?:.*\.)?tfplan$|plan(?:\.json|\.out)?$|crash(?:\..*)?\.log$)/;

/** Returns the folder of a synthesized stack as tar.gz with the configuration at its root, the same for the same files. */
export async function archiveStack(folder: string): Promise<Buffer> {
  const stream = create(
    {
      gzip: true,
      cwd: folder,
      portable: true,
      mtime: new Date(0),
      follow: true,
      filter: (path) => !LEFT_OUT.test(path.replace(/^\.\//, '')),
    },
    ['.'],
  );
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
