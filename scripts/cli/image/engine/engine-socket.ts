/** Asks the Docker engine over its socket: exact bytes, which the client's tables round. */
import { request } from 'node:http';
import { EngineError } from './docker-process';

export interface EngineSocket {
  readonly get: (path: string) => Promise<unknown>;
  readonly post: (path: string) => Promise<unknown>;
  readonly delete: (path: string) => Promise<unknown>;
}

const DEFAULT_SOCKET = '/var/run/docker.sock';

/** @throws {EngineError} where `DOCKER_HOST` is not a socket of this machine */
export function engineSocket(env: NodeJS.ProcessEnv = process.env): EngineSocket {
  const host = env['DOCKER_HOST'] || `unix://${DEFAULT_SOCKET}`;
  if (!host.startsWith('unix://')) {
    throw new EngineError(`DOCKER_HOST: got ${host}; allowed: a socket of this machine (unix://…)`, '');
  }
  const socketPath = host.slice('unix://'.length);
  function send(method: string, path: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath, method, path, headers: { host: 'docker' } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const status = answer.statusCode ?? 500;
          if (status >= 200 && status < 300) resolve(text === '' ? undefined : JSON.parse(text));
          else
            reject(
              new EngineError(
                `the engine answered ${method} ${path} with ${status}: ${text.slice(0, 300)}`,
                text,
              ),
            );
        });
      });
      sent.on('error', (cause) => {
        reject(
          new EngineError(
            `no Docker engine at ${socketPath}; start it, or name it with DOCKER_HOST`,
            '',
            '',
            { cause },
          ),
        );
      });
      sent.end();
    });
  }
  return {
    get: (path) => send('GET', path),
    post: (path) => send('POST', path),
    delete: (path) => send('DELETE', path),
  };
}
