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
import { basename, dirname, join } from 'node:path';

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

/** The launcher and what it builds with, in front of a small program of the same build. */
const COPIED = [
  'tsconfig.json',
  ...['warmpath', 'bundle-cache', 'bundle-loader', 'check-surroundings', 'mapped-stacks'].map(
    (name) => `scripts/cli/${name}.cjs`,
  ),
  ...['cli-bundle', 'page-bundle'].map((name) => `scripts/build/${name}.cjs`),
];
const WRITTEN = {
  'package.json': JSON.stringify({ version: '1.2.3', engines: { node: '>=20.9.0' } }),
  'package-lock.json': '{}',
  'scripts/cli/cli.ts': `
    import { version } from '../../package.json';
    export function start(): void {
      if (process.argv[2] === 'image') require('./image/index').run();
      else if (process.argv[2] === 'hcp') require('./hcp/index').run();
      else console.log(version);
    }`,
  'scripts/cli/image/index.ts': `
    import { SUMMARY } from './summary';
    export function run(): void {
      console.log(SUMMARY);
    }`,
  'scripts/cli/image/summary.ts': `export const SUMMARY: string = 'build what changes';`,
  'scripts/cli/image/registry/ecr-credential-helper.ts': '',
  'scripts/cli/hcp/index.ts': 'export function run(): void {}\n',
  'lambdas/prewarm/worker/warm-thread.ts': '',
  'lambdas/prewarm/page/main.tsx': '',
  'lambdas/prewarm/page/page.css': '',
  'lambdas/prewarm/page/page.html': '',
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmpath-launcher-'));
  checkout = join(folder, 'checkout');
  for (const path of COPIED) cpSync(join(repository, path), join(checkout, path));
  for (const [path, text] of Object.entries(WRITTEN)) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  const packages = join(repository, 'node_modules');
  mkdirSync(join(checkout, 'node_modules'));
  for (const name of readdirSync(packages).filter((name) => name !== '.cache'))
    symlinkSync(join(packages, name), join(checkout, 'node_modules', name));
  cache = join(checkout, 'node_modules', '.cache', 'warmpath', String(process.getuid?.() ?? 'user'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('the launcher', () => {
  it('makes one bundle where two processes start at once, and none where it fits', async () => {
    const both = await Promise.all([warmpath(['--version']), warmpath(['hcp'])]);
    expect(both).toEqual([
      { code: 0, stdout: '1.2.3\n', stderr: '' },
      { code: 0, stdout: '', stderr: '' },
    ]);
    const [made] = bundles();
    expect(bundles()).toEqual([expect.stringMatching(/^[0-9a-f]+$/)]);
    await warmpath(['image']);
    expect(bundles()).toEqual([made]);
  });

  it('starts what the sources say at each start, after each of several edits to the same size', async () => {
    for (const word of ['changed', 'changes']) {
      edit('scripts/cli/image/summary.ts', (text) => text.replace(/change\w/, word));
      expect((await warmpath(['image'])).stdout).toBe(`build what ${word}\n`);
    }
    edit('package.json', (text) => text.replace('1.2.3', '9.8.7'));
    expect((await warmpath(['--version'])).stdout).toBe('9.8.7\n');
  });

  it('says where sources do not compile, and starts once they do', async () => {
    const path = 'scripts/cli/hcp/index.ts';
    const before = readFileSync(join(checkout, path), 'utf8');
    appendFileSync(join(checkout, path), '\nconst = 1;\n');
    expect(await warmpath(['hcp'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^warmpath: its sources do not compile[\s\S]*hcp\/index\.ts/),
    });
    edit(path, () => before);
    expect(await warmpath(['hcp'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('names the TypeScript sources in stacks', async () => {
    const path = 'scripts/cli/hcp/index.ts';
    appendFileSync(join(checkout, path), "\n\nconsole.log(new Error('seen').stack);\n");
    // The second start has what the first one compiled.
    for (let start = 1; start <= 2; start++)
      expect((await warmpath(['hcp'])).stdout).toMatch(new RegExp(`Error: seen\\n.*${path}:4:\\d+`));
  });

  it('starts all the same where the compiled code that it kept is damaged, cut off, or of another V8', async () => {
    await warmpath(['image']);
    const [made = ''] = bundles();
    const compiled = join(cache, made, 'compiled');
    const files = readdirSync(compiled, { recursive: true, encoding: 'utf8' })
      .map((name) => join(compiled, name))
      .filter((path) => path.endsWith('.cjs'));
    expect(files.map((path) => basename(path))).toEqual(
      expect.arrayContaining(['cli.cjs', 'image-index.cjs']),
    );
    for (const damage of [
      (code: Buffer) => Buffer.concat([Buffer.from([code[0]! ^ 1]), code.subarray(1)]),
      (code: Buffer) =>
        Buffer.concat([code.subarray(0, code.length / 2), code.subarray(code.length / 2).fill(0)]),
      (code: Buffer) => code.subarray(0, code.length / 2),
      (code: Buffer) => Buffer.alloc(code.length),
      () => Buffer.alloc(0),
    ]) {
      const before = files.map((path) => readFileSync(path));
      for (const [index, path] of files.entries()) writeFileSync(path, damage(before[index]!));
      expect(await warmpath(['image'])).toEqual({ code: 0, stdout: 'build what changes\n', stderr: '' });
    }
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
    expect(await warmpath(['image'], { TMPDIR: join(checkout, 'node_modules', '.cache') })).toMatchObject({
      code: 0,
      stdout: 'build what changes\n',
      stderr: '',
    });
  });
});
