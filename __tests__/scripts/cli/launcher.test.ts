import { execFile } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const repository = join(__dirname, '../../..');

let folder: string;
let checkout: string;
let cache: string;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function warmpath(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const program = join(checkout, 'scripts', 'cli', 'warmpath.cjs');
    execFile(
      process.execPath,
      [program, ...args],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr: String(stderr) }),
    );
  });
}

function edit(path: string, change: (text: string) => string): void {
  const file = join(checkout, path);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

/** Returns the bundles that are kept, and what is left of ones that were being made. */
function bundles(at = cache): string[] {
  return readdirSync(at).filter((name) => name !== 'bundle.json');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmpath-launcher-'));
  checkout = join(folder, 'checkout');
  mkdirSync(join(checkout, 'node_modules'), { recursive: true });
  for (const name of ['scripts', 'lambdas', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(repository, name), join(checkout, name), { recursive: true });
  const packages = join(repository, 'node_modules');
  for (const name of readdirSync(packages).filter((name) => name !== '.cache'))
    symlinkSync(join(packages, name), join(checkout, 'node_modules', name));
  cache = join(checkout, 'node_modules', '.cache', 'warmpath', String(process.getuid?.() ?? 'user'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('the launcher', () => {
  it('makes one bundle where two processes start at once, and none where it fits', async () => {
    const both = await Promise.all([warmpath(['--version']), warmpath(['prewarm', '--help'])]);
    expect(both.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    const [made] = bundles();
    expect(bundles()).toEqual([expect.stringMatching(/^[0-9a-f]+$/)]);
    await warmpath(['image', '--help']);
    expect(bundles()).toEqual([made]);
  });

  it('starts what the sources say at each start, after each of several edits to the same size', async () => {
    const help = 'scripts/cli/image/index.ts';
    for (const word of ['changes', 'changed']) {
      edit(help, (text) => text.replace(/build only what change\w/g, `build only what ${word}`));
      expect((await warmpath(['image', '--help'])).stdout).toContain(`build only what ${word},`);
    }
    edit('package.json', (text) => text.replace(/"version": "[^"]+"/, '"version": "9.8.7"'));
    expect((await warmpath(['--version'])).stdout).toBe('9.8.7\n');
  });

  it('says where sources do not compile, and starts once they do', async () => {
    const path = 'scripts/cli/hcp/index.ts';
    const before = readFileSync(join(checkout, path), 'utf8');
    appendFileSync(join(checkout, path), '\nconst = 1;\n');
    expect(await warmpath(['hcp', '--help'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^warmpath: its sources do not compile[\s\S]*hcp\/index\.ts/),
    });
    edit(path, () => before);
    expect(await warmpath(['hcp', '--help'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('names the TypeScript sources in stacks', async () => {
    const path = 'scripts/cli/coldstart/index.ts';
    const marker = "\nexport const failing = process.env['FAIL'] && console.log(new Error('seen').stack);\n";
    appendFileSync(join(checkout, path), marker);
    const line = readFileSync(join(checkout, path), 'utf8').split('\n').length - 1;
    const { stdout } = await warmpath(['coldstart', '--help'], { FAIL: '1' });
    expect(stdout).toMatch(new RegExp(`Error: seen\\n.*${path}:${line}:\\d+`));
  });

  it('keeps the bundle in the temporary folder where the checkout cannot be written, and where neither can, starts the sources', async () => {
    rmSync(join(checkout, 'node_modules', '.cache'), { recursive: true });
    // Root writes into any folder, but into none that is a file.
    writeFileSync(join(checkout, 'node_modules', '.cache'), '');
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    expect(await warmpath(['--version'], { TMPDIR: temporary })).toMatchObject({ code: 0, stderr: '' });
    const [user = ''] = readdirSync(temporary);
    const [kept = ''] = readdirSync(join(temporary, user));
    expect(bundles(join(temporary, user, kept))).toHaveLength(1);
    expect(
      await warmpath(['prewarm', '--help'], { TMPDIR: join(checkout, 'node_modules', '.cache') }),
    ).toMatchObject({ code: 0, stderr: '' });
  });
});
