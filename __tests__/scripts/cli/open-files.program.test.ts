import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLoopbackCdn } from '../../../scripts/loopback-cdn';
import { towards } from './prewarm/cli-process';

const LAUNCHER = join(__dirname, '..', '..', '..', 'scripts', 'cli', 'warmpath.cjs');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `warmpath` in a shell that lets it open so many files. */
function warmpathWith(openFiles: number, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const script = `ulimit -n ${openFiles}; exec "$0" "$@"`;
    execFile('sh', ['-c', script, process.execPath, LAUNCHER, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('with few open files', () => {
  it.each([
    ['serve', 40],
    ['run', 40],
    ['serve', 200],
  ])('prewarm %s ends with one sentence that says what to raise (%d)', async (command, openFiles) => {
    expect(await warmpathWith(openFiles, ['prewarm', command])).toEqual({
      code: 2,
      stdout: '',
      stderr: `warmpath: open files: got a limit of ${openFiles}; allowed: 256 or more; raise it where the process is started, such as with: ulimit -n 4096\n`,
    });
  });

  it('prewarm run warms everything through more PoPs than a limit of 256 has room for at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warmpath-open-files-'));
    const pops = ['FRA56-P4', 'NRT57-P3', 'IAD89-C1', 'SFO53-C1', 'LHR61-P1', 'CDG52-P1'];
    const more = ['SIN52-C1', 'SYD62-P1', 'GRU1-C1', 'MAD56-P1', 'MXP64-P1', 'ARN56-P1'];
    const cdn = await startLoopbackCdn({ pops: [...pops, ...more], edgeDelayMs: 5 });
    try {
      const list = join(folder, 'list.txt');
      const urls = Array.from({ length: 150 }, (_, index) => `https://${cdn.distributionDomain}/o/${index}`);
      await writeFile(list, urls.join('\n'));
      const { code, stdout, stderr } = await warmpathWith(256, [
        ...['prewarm', 'run', list, '--cf-domain', cdn.distributionDomain],
        ...['--pops', [...pops, ...more].join(','), ...towards(cdn), '--json'],
      ]);
      expect(stderr).not.toMatch(/EMFILE|MaxListenersExceeded|\n {4}at /);
      expect({ code, result: JSON.parse(stdout) }).toMatchObject({
        code: 0,
        result: { requested: 1_800, warmed: 1_800, failed: 0 },
      });
    } finally {
      await cdn.close();
      await rm(folder, { recursive: true });
    }
  });
});
