import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startLoopbackCdn } from '../loopback-cdn';
import { type Bench, inTurn, ratiosOf, resultOf } from './bench';

const run = promisify(execFile);
const LAUNCHER = join(__dirname, '..', 'cli', 'warmpath.cjs');
const ROUNDS = 9;

/** Writes the processor time that a process took, its threads included, where the environment says, as it ends. */
const WATCH = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeFileSync(process.env.CPU_FILE, String((user + system) / 1_000));
});`;

/** What a run cannot do without: one request over TLS. */
const FETCH = `require('node:https').get(
  { host: process.env.EDGE_ADDRESS, port: process.env.EDGE_PORT, servername: process.env.EDGE_HOST, path: '/o/1', agent: false },
  (answer) => answer.resume(),
);`;

/** Processor time of short commands beside that of a Node program that does nothing, and of one that fetches the same URL. */
export const startup: Bench = {
  name: 'startup',
  summary: '--help and a run of one URL, in processor time, beside an empty Node program',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-bench-startup-'));
    const cdn = await startLoopbackCdn({ pops: ['FRA56-P4'] });
    function written(name: string, text: string): string {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    }
    try {
      const watch = written('watch.cjs', WATCH);
      const list = written('list.txt', `https://${cdn.distributionDomain}/o/1\n`);
      const cpuFile = join(folder, 'cpu');
      const env = {
        ...process.env,
        CPU_FILE: cpuFile,
        // As with a certificate that everybody trusts: --ca would have the usual ones read once more.
        NODE_EXTRA_CA_CERTS: cdn.caFile,
        EDGE_ADDRESS: cdn.pops[0]?.addresses[0],
        EDGE_HOST: cdn.distributionDomain,
        EDGE_PORT: String(cdn.edgePort),
      };
      async function cpuMs(...args: readonly string[]): Promise<number> {
        await run(process.execPath, ['--require', watch, ...args], { env });
        return Number(readFileSync(cpuFile, 'utf8'));
      }
      const where = ['--resolver', cdn.resolver, '--edge-port', String(cdn.edgePort)];
      const what = ['--cf-domain', cdn.distributionDomain, '--pops', 'FRA56-P4', '--quiet'];
      const empty = written('empty.cjs', '');
      const fetchOne = written('fetch.cjs', FETCH);
      const figures = await inTurn(
        {
          empty: () => cpuMs(empty),
          help: () => cpuMs(LAUNCHER, '--help'),
          fetch: () => cpuMs(fetchOne),
          run: () => cpuMs(LAUNCHER, 'prewarm', 'run', list, ...what, ...where),
        },
        { rounds: ROUNDS },
        say,
      );
      return resultOf({
        name: 'startup',
        unit: 'ms of processor time',
        ours: figures.help,
        others: {
          'empty program': figures.empty,
          'one fetch by Node': figures.fetch,
          'one-URL run': figures.run,
        },
        ratios: {
          'empty program, --help': ratiosOf(figures.help, figures)['empty'] ?? [],
          'empty program, one-URL run': ratiosOf(figures.run, figures)['empty'] ?? [],
          'one fetch by Node, one-URL run': ratiosOf(figures.run, figures)['fetch'] ?? [],
        },
        targets: {
          'empty program, --help': { atMost: 1.5 },
          'empty program, one-URL run': { atMost: 2.5 },
        },
        notes: { node: process.version },
      });
    } finally {
      await cdn.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
