/** Images for tests: `scratch`, one static program, and a payload that cannot be compressed. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DockerEngine } from './docker-engine';

/** Ends at once, since what is measured is the way to it; with an argument it stays until it is told to end. */
const PROGRAM = `#include <signal.h>
#include <unistd.h>
static void end(int number) { (void)number; _exit(0); }
int main(int count, char **words) { (void)words; signal(SIGTERM, end); return count > 1 ? pause() : 0; }
`;

/** Builds and pushes `repository:version`; returns the reference by digest. Nothing of it stays in the engine. */
export async function buildStaticImage(
  engine: DockerEngine,
  image: { readonly repository: string; readonly version: string; readonly payloadMib: number },
): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'warmpath-image-'));
  try {
    writeFileSync(join(context, 'main.c'), PROGRAM);
    execFileSync('cc', ['-static', '-O2', '-o', join(context, 'main'), join(context, 'main.c')]);
    writeFileSync(join(context, 'payload'), randomBytes(image.payloadMib * 1024 * 1024));
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM scratch\nCOPY main /main\nCOPY payload /payload\nENTRYPOINT ["/main"]\n',
    );
    const tag = `${image.repository}:${image.version}`;
    await engine.docker('buildx', 'build', '--provenance=false', '-q', '--push', '-t', tag, context);
    await engine.docker('pull', '-q', tag);
    const digests: readonly string[] = JSON.parse(
      await engine.docker('image', 'inspect', '-f', '{{json .RepoDigests}}', tag),
    );
    const reference = digests.find((digest) => digest.startsWith(`${image.repository}@`));
    if (!reference) throw new Error(`no digest of ${image.repository} among ${digests.join(', ')}`);
    // The build cache holds the same layers: without this a later pull would download nothing.
    await engine.docker('builder', 'prune', '-af');
    return reference;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
