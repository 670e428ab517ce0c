/** Makes the images that the cases start from, in a registry of the test's own: a static shell, and what each adds to it. */
import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TEST_BASES } from '../../../scripts/cli/image/support/bases';
import type { Builder } from './content-digest';

const run = promisify(execFile);

/** Debian's static busybox, unpacked into a private folder that is kept and reused. */
function staticShell(): string {
  const folder = join(tmpdir(), 'warmpath-busybox');
  const file = join(
    folder,
    'root',
    existsSync(join(folder, 'root/usr/bin/busybox')) ? 'usr/bin/busybox' : 'bin/busybox',
  );
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  execFileSync('apt-get', ['-qq', 'download', 'busybox-static'], {
    cwd: folder,
    stdio: 'pipe',
    timeout: 180_000,
  });
  const [archive] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  execFileSync('dpkg', ['-x', join(folder, archive ?? ''), join(folder, 'root')], { stdio: 'pipe' });
  return existsSync(file) ? file : join(folder, 'root/usr/bin/busybox');
}

/** Builds and pushes every test base; returns the reference of each. */
export async function pushTestBases(
  { env, buildx: [program, ...args] }: Pick<Builder, 'env' | 'buildx'>,
  registry: string,
): Promise<Readonly<Record<string, string>>> {
  const context = mkdtempSync(join(tmpdir(), 'warmpath-base-'));
  try {
    copyFileSync(staticShell(), join(context, 'busybox'));
    writeFileSync(join(context, 'mark'), 'mark\n');
    const references: Record<string, string> = {};
    for (const [name, { dockerfile }] of Object.entries(TEST_BASES)) {
      const lines = [
        'FROM scratch',
        'COPY busybox /bin/busybox',
        'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
        ...dockerfile,
      ];
      writeFileSync(join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
      const reference = `${registry}/base-${name}:1`;
      const flags = ['--provenance=false', '--network=none', '-q', '--push', '-t', reference];
      await run(program, [...args, 'build', ...flags, context], { env });
      references[name] = reference;
    }
    return references;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
