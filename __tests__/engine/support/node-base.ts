import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DockerEngine } from './docker-engine';

/**
 * Makes the stand-in for distroless: this machine's Node at the place where distroless has it, the libraries that it loads, and
 * nothing else, neither shell nor list of users.
 */
export async function importNodeBase(engine: DockerEngine, tag: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'warmpath-base-'));
  try {
    function place(from: string, to: string): void {
      mkdirSync(dirname(join(root, to)), { recursive: true });
      copyFileSync(realpathSync(from), join(root, to));
    }
    place(process.execPath, '/nodejs/bin/node');
    const needed = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
    for (const [, path = ''] of needed.matchAll(/(?:=> |^\s+)(\/\S+)/gm)) place(path, path);
    mkdirSync(join(root, 'tmp'), { mode: 0o1777 });
    const archive = join(root, '..', `${tag.replace(/\W/g, '-')}-${process.pid}.tar`);
    execFileSync('tar', ['-C', root, '-cf', archive, '.']);
    await engine.docker('import', archive, tag);
    rmSync(archive);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Pushes a base without anything that could run: enough to build on where no step runs. */
export async function pushEmptyBase(engine: DockerEngine, reference: string): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'warmpath-base-'));
  try {
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /base\n');
    await engine.docker('buildx', 'build', '--provenance=false', '-q', '--push', '-t', reference, context);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
