import { spawnSync } from 'node:child_process';
import { WarmpathError } from '../../../lambdas/errors/warmpath-error';

export class PackError extends WarmpathError {
  override readonly name = 'PackError';

  constructor(message: string, options?: ErrorOptions) {
    super('BUNDLE_FAILED', message, options);
  }
}

/**
 * Runs a command to its end and returns what it printed.
 * @throws PackError with the command and what it said where it fails
 */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  throw new PackError(`${command} ${args.join(' ')}: ${error?.message ?? (stderr || stdout)}`, {
    cause: error,
  });
}

/**
 * Returns the field that names the repository where GitHub builds the package: npm takes provenance only of a package that names the
 * repository it was built in, and a copy of the project is published from another one.
 */
export function repository(env: NodeJS.ProcessEnv = process.env): { readonly repository?: object } {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = env;
  return server && name ? { repository: { type: 'git', url: `git+${server}/${name}.git` } } : {};
}
