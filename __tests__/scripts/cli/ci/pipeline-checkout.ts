import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../../../..');

/** Makes a folder that is, for the shell lines of a pipeline, a checkout of the project with its packages installed. */
export function makeCheckout(folder: string): void {
  mkdirSync(join(folder, 'scripts', 'cli'), { recursive: true });
  for (const name of ['docs', 'node_modules', 'package.json'])
    symlinkSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'scripts', 'cli', 'warmpath.cjs'), join(folder, 'scripts', 'cli', 'warmpath.cjs'));
}

/** Writes a shell script that stands for a program, such as Terraform. */
export function writeProgram(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/usr/bin/env bash\nset -eu\n${text}\n`);
  chmodSync(path, 0o755);
}

/**
 * Runs shell lines as the runners of GitHub and GitLab do, and returns all they print.
 *
 * @throws an error with the lines and what they printed, when they end with another code than 0
 */
export function runLines(lines: string, options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
  return new Promise<string>((resolve, reject) => {
    const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', lines];
    execFile('bash', args, options, (error, stdout, stderr) =>
      error ? reject(new Error(`${lines}: ${stdout}${stderr}`)) : resolve(stdout + stderr),
    );
  });
}

/** Returns a queue that is replaced, as it stands among the `resource_changes` of a plan in JSON. */
export function replacedQueue({
  before = {},
  after = {},
  ...rest
}: {
  readonly before?: object;
  readonly after?: object;
  readonly before_sensitive?: object;
} = {}) {
  return {
    address: 'aws_sqs_queue.q',
    mode: 'managed',
    type: 'aws_sqs_queue',
    name: 'q',
    change: {
      actions: ['delete', 'create'],
      before: { name: 'old', ...before },
      after: { name: 'new', ...after },
      replace_paths: [['name']],
      ...rest,
    },
  };
}

/** Writes what `npm run synth` leaves of a stack with one queue. */
export function writeSynthesis(folder: string, queueName: string): void {
  const stack = join(folder, 'stacks', 'prewarm-prod');
  mkdirSync(stack, { recursive: true });
  const q = { name: queueName, '//': { metadata: { path: 'prewarm-prod/queue' } } };
  writeFileSync(join(stack, 'cdk.tf.json'), JSON.stringify({ resource: { aws_sqs_queue: { q } } }));
}
