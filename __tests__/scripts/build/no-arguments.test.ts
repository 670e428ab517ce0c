import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { scripts } from '../../../package.json';

const root = join(__dirname, '..', '..', '..');

/** As npm runs it, on the Node that `tsx` starts: a preloaded refusal comes before any TypeScript. */
function run(command: keyof typeof scripts, ...args: readonly string[]) {
  return spawnSync(process.execPath, [...scripts[command].split(' ').slice(1), ...args], {
    cwd: root,
    env: { ...process.env, npm_lifecycle_event: command },
    encoding: 'utf8',
  });
}

test.each(['build', 'synth', 'build:modules', 'check:exit', 'demo'] as const)(
  'npm run %s refuses an argument with 2 and one sentence, before it does anything',
  (command) => {
    expect(run(command, 'nope')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `${command}: got nope; allowed no arguments\n`,
    });
  },
);
