/** An engine for commands that ask its socket and start `docker`: a server on a socket, and a program on PATH that notes its arguments. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface FakeEngine {
  /** Environment that leads to it. */
  readonly env: NodeJS.ProcessEnv;
  /** What `docker` was started with, in order. */
  started(): readonly string[];
  close(): Promise<void>;
}

export interface EngineAnswers {
  /** Of `GET /system/df`. */
  readonly usage: object;
  /** Folder of its data. @default the temporary folder */
  readonly dataFolder?: string;
  /** Names that `docker image rm` refuses. */
  readonly refused?: readonly string[];
  /** What `docker build --call=check` finds; it then ends with 1. */
  readonly check?: object;
  /** Options of `docker buildx prune`. */
  readonly pruneHelp?: string;
}

export async function startFakeEngine(answers: EngineAnswers): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-fake-engine-'));
  const log = join(folder, 'log');
  const program = [
    '#!/bin/sh',
    `printf '%s\\n' "$*" >> '${log}'`,
    'case "$*" in',
    ...(answers.refused ?? []).map(
      (name) => `  "image rm"*"${name}"*) echo "conflict: a container is using ${name}" >&2; exit 1;;`,
    ),
    `  "buildx prune --help") echo '${answers.pruneHelp ?? '--max-used-space'}';;`,
    `  *--call=check*) cat '${join(folder, 'check')}'; exit 1;;`,
    'esac',
    '',
  ];
  writeFileSync(join(folder, 'docker'), program.join('\n'));
  writeFileSync(join(folder, 'check'), JSON.stringify(answers.check ?? {}));
  chmodSync(join(folder, 'docker'), 0o755);
  const server = createServer((request, response) => {
    const answer =
      request.url === '/info' ? { DockerRootDir: answers.dataFolder ?? tmpdir() } : answers.usage;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  const socket = join(folder, 'docker.sock');
  await new Promise<void>((resolve) => server.listen(socket, () => resolve()));
  return {
    env: {
      PATH: [folder, process.env['PATH']].join(delimiter),
      DOCKER_HOST: `unix://${socket}`,
    },
    started: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
