import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const repository = join(__dirname, '..', '..', '..');
const root = mkdtempSync(join(tmpdir(), 'warmpath-types-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A small project around the check: its types are wrong where `setting` is no number. */
function write(setting: string): void {
  writeFileSync(join(root, 'environments.ts'), `export const maxInstances: number = ${setting};\n`);
}

beforeAll(() => {
  for (const folder of ['modules', 'lambdas', 'node_modules', 'scripts/build'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const name of ['typescript', '@types'])
    symlinkSync(join(repository, 'node_modules', name), join(root, 'node_modules', name));
  for (const file of [
    'tsconfig.json',
    'tsconfig.synth.json',
    'package-lock.json',
    'scripts/build/check-types.cjs',
  ])
    copyFileSync(join(repository, file), join(root, file));
  writeFileSync(
    join(root, 'main.ts'),
    "import { maxInstances } from './environments';\nconsole.log(maxInstances);\n",
  );
});

/** @param env of the process; @default this one's */
function check(env: NodeJS.ProcessEnv = process.env) {
  const preload = join(root, 'scripts/build/check-types.cjs');
  const { status, stderr } = spawnSync(process.execPath, ['--require', preload, '-e', ''], {
    encoding: 'utf8',
    env,
  });
  return { status, stderr };
}

it('types that are wrong are told before anything is synthesized, each time until they are right', () => {
  write("'100'");
  const wrong = {
    status: 2,
    stderr: expect.stringMatching(
      /^The types are wrong, nothing is synthesized:\nenvironments\.ts\(1,14\): error TS2322/,
    ),
  };
  expect([check(), check()]).toEqual([wrong, wrong]);
  write('100');
  expect(check()).toEqual({ status: 0, stderr: '' });
});

it('what was found right is not checked again until it changes', () => {
  write('100');
  expect(check().status).toBe(0);
  // Without a compiler nothing could be checked.
  rmSync(join(root, 'node_modules', 'typescript'));
  expect(check()).toEqual({ status: 0, stderr: '' });
  write('101');
  expect(check()).toEqual({ status: 2, stderr: expect.stringContaining('Cannot find module') });
});
