import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DOMAIN, type Edges } from './edges';

const start = promisify(execFile);

/** A measurement that hangs ends the bench's round. */
const LONGEST_MS = 300_000;

function run(program: string, args: readonly string[]) {
  return start(program, args, { timeout: LONGEST_MS });
}

/** True where the program can be started here. */
export function isInstalled(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    (error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'ENOENT'),
  );
}

function at(edges: Edges, url: string): string {
  return url.replace(DOMAIN, `${DOMAIN}:${edges.port}`);
}

function pinned(edges: Edges): string[] {
  return ['--cacert', edges.caFile, '--resolve', `${DOMAIN}:${edges.port}:${edges.pops[0]?.address}`];
}

/** URLs per second of one curl with 64 transfers at a time over kept connections. */
export async function curlParallel(edges: Edges, urls: Iterable<string>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
  try {
    const list = [...urls];
    const config = join(folder, 'urls.curl');
    await writeFile(config, list.map((url) => `url = "${at(edges, url)}"\noutput = "/dev/null"\n`).join(''));
    const began = performance.now();
    await run('curl', [
      '--silent',
      '--fail',
      '--parallel',
      '--parallel-max',
      '64',
      ...pinned(edges),
      '-K',
      config,
    ]);
    return list.length / ((performance.now() - began) / 1000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** URLs per second of six workers that start one curl per URL and keep the body in a file, as the first agents did. */
export async function curlPerUrl(edges: Edges, urls: Iterable<string>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
  try {
    let fetched = 0;
    const queue = urls[Symbol.iterator]();
    async function worker(name: number): Promise<void> {
      for (let next = queue.next(); !next.done; next = queue.next()) {
        const output = join(folder, String(name));
        await run('curl', ['--silent', '--fail', ...pinned(edges), '-o', output, at(edges, next.value)]);
        fetched += 1;
      }
    }
    const began = performance.now();
    await Promise.all([0, 1, 2, 3, 4, 5].map(worker));
    return fetched / ((performance.now() - began) / 1000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

export interface WrkFigures {
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** One thread of wrk on one URL over and over: how fast a load generator that keeps nothing can be. */
export async function wrk(
  edges: Edges,
  path: string,
  seconds: number,
  connections = 64,
): Promise<WrkFigures> {
  const url = `https://${edges.pops[0]?.address}:${edges.port}${path}`;
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-H', `Host: ${DOMAIN}`];
  const { stdout } = await run('wrk', [...options, url]);
  const requests = /Requests\/sec:\s+([\d.]+)/.exec(stdout);
  const transfer = /Transfer\/sec:\s+([\d.]+)(B|KB|MB|GB)/.exec(stdout);
  if (!requests || !transfer) throw new Error(`wrk said something unexpected: ${stdout}`);
  return {
    requestsPerSecond: Number(requests[1]),
    bytesPerSecond: Number(transfer[1]) * (UNIT_BYTES[transfer[2] ?? 'B'] ?? 1),
  };
}
