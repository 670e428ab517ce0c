import { spawn } from 'node:child_process';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';

/** `docker` failed, or is not there. */
export class EngineError extends WarmpathError {
  override readonly name = 'EngineError';

  constructor(
    message: string,
    /** What it printed on standard error. */
    readonly output: string,
    /** What it printed on standard output before. */
    readonly stdout = '',
    options?: ErrorOptions,
  ) {
    super('ENGINE_FAILED', message, options);
  }
}

export interface DockerOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Called for every line on standard error. */
  readonly onLine?: (line: string) => void;
}

const KEPT_OUTPUT = 256 * 1024;

/** Runs `docker` and returns its standard output. @throws {EngineError} */
export function docker(args: readonly string[], { env, onLine }: DockerOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    // Whatever ends this process early ends what it started, too.
    function end(): void {
      child.kill();
    }
    process.on('exit', end);
    const out: Buffer[] = [];
    let errors = '';
    let open = '';
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      errors = `${errors}${part}`.slice(-KEPT_OUTPUT);
      const lines = `${open}${part}`.split('\n');
      open = lines.pop() ?? '';
      for (const line of lines) onLine?.(line);
    });
    child.on('error', (cause) => {
      reject(
        new EngineError('docker cannot be started; install Docker with buildx, or put it on PATH', '', '', {
          cause,
        }),
      );
    });
    child.on('close', (code, signal) => {
      process.off('exit', end);
      if (open !== '') onLine?.(open);
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
      else
        reject(
          new EngineError(
            `docker ${args[0]} ${args[1] ?? ''} ended with ${code ?? signal}: ${lastLines(errors)}`,
            errors,
            Buffer.concat(out).toString('utf8'),
          ),
        );
    });
  });
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ').slice(-600);
}
