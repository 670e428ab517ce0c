import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { LoopbackCdn } from '../loopback-cdn';

const runResult = z.object({
  requested: z.number(),
  warmed: z.number(),
  already_warm: z.number(),
  failed: z.number(),
  bytes: z.number(),
  seconds: z.number(),
});

export interface PrewarmRun {
  readonly command: string;
  readonly result: z.infer<typeof runResult>;
}

/**
 * Warms the paths through every PoP with the command line tool, as a process of its own.
 * Throws with what it printed where it ended in any way but "all warm".
 */
export async function prewarm(root: string, cdn: LoopbackCdn, paths: readonly string[]): Promise<PrewarmRun> {
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-demo-'));
  try {
    const list = join(folder, 'urls.txt');
    await writeFile(list, paths.map((path) => `https://${cdn.distributionDomain}${path}\n`).join(''));
    const pops = cdn.pops.map(({ code }) => code).join(',');
    const what = ['--cf-domain', cdn.distributionDomain, '--pops', pops];
    const where = ['--resolver', cdn.resolver, '--edge-port', String(cdn.edgePort), '--ca', cdn.caFile];
    const stdout = await runNode(
      [join(root, 'scripts', 'cli', 'warmpath.cjs'), 'prewarm', 'run', list, ...what, ...where, '--json'],
      root,
    );
    const result = runResult.parse(JSON.parse(stdout.trim()));
    return { command: `warmpath prewarm run urls.txt ${what.join(' ')} …`, result };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runNode(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`warmpath prewarm run ended with code ${code}:\n${stdout}${stderr}`));
    });
  });
}
