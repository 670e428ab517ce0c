import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMAIN, type Edges } from './edges';

const CLI = join(__dirname, '../cli/warmpath.cjs');

/** One list and one data directory for `warmpath prewarm run`, which can be started on them again and again. */
export interface CliRun {
  /** Starts the command; its report is dropped, what it complains of is shown. */
  start(...options: readonly string[]): ChildProcess;
  /** Returns true once a process has written its report: what is started then begins a run of all again. */
  hasReported(): boolean;
  close(): Promise<void>;
}

/** Writes the list of a run through all PoPs of the edges. */
export async function prepareCliRun(edges: Edges, dnsPort: number, urls: Iterable<string>): Promise<CliRun> {
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
  const list = join(folder, 'list.txt');
  await writeFile(list, [...urls].join('\n'));
  const what = ['prewarm', 'run', list, '--pops', edges.pops.map(({ code }) => code).join(',')];
  const where = ['--resolver', `127.0.0.1:${dnsPort}`, '--edge-port', String(edges.port)];
  const report = join(folder, 'report.json');
  const files = ['--ca', edges.caFile, '--data-dir', join(folder, 'data'), '--report', report];
  const args = [CLI, ...what, ...where, ...files];
  return {
    start: (...options) =>
      spawn(process.execPath, [...args, '--quiet', ...options], { stdio: ['ignore', 'ignore', 'inherit'] }),
    hasReported: () => existsSync(report),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * Returns the seconds that a run takes from its start to its end.
 * @throws where not all is warm
 */
export async function secondsOfRun(edges: Edges, dnsPort: number, urls: Iterable<string>): Promise<number> {
  const run = await prepareCliRun(edges, dnsPort, urls);
  try {
    const began = performance.now();
    const [code] = await once(run.start(), 'exit');
    if (code !== 0) throw new Error(`the run ended with ${code}`);
    return (performance.now() - began) / 1_000;
  } finally {
    await run.close();
  }
}

/** Returns the seconds that one curl takes for the same URLs through the same PoPs, 300 at a time. */
export async function secondsOfCurl(edges: Edges, urls: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
  try {
    const config = join(folder, 'urls.curl');
    // What curl pins is a host and a port, so each PoP has a name of its own below the distribution's.
    const named = edges.pops.map(({ code, address }) => ({
      host: `${code.toLowerCase()}.cloudfront.net`,
      address,
    }));
    const lines = named.flatMap(({ host }) =>
      urls.map((url) => `url = "${url.replace(DOMAIN, `${host}:${edges.port}`)}"\noutput = "/dev/null"\n`),
    );
    await writeFile(config, lines.join(''));
    const pinned = named.flatMap(({ host, address }) => ['--resolve', `${host}:${edges.port}:${address}`]);
    const how = ['--silent', '--fail', '--parallel', '--parallel-max', '300', '--cacert', edges.caFile];
    const began = performance.now();
    const child = spawn('curl', [...how, ...pinned, '-K', config], { stdio: 'ignore', timeout: 300_000 });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`curl ended with ${code}`);
    return (performance.now() - began) / 1_000;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
