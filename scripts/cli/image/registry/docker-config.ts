/** A client configuration for one command: what the user's says, and a helper that fetches ECR tokens when they are asked for. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { dockerConfigFolder, ecrRegion, readDockerConfig } from './credentials';
import { parseReference } from './reference';

export interface ClientConfiguration {
  /** Environment for `docker` and its plugins. */
  readonly env: NodeJS.ProcessEnv;
  /** Lets `docker` log in to the ECR registries of these images. */
  readonly logInTo: (references: readonly string[]) => void;
  /** Removes it; also done when the process ends, by a signal too. */
  readonly remove: () => void;
}

const HELPER = 'warmpath-ecr';
/** Amazon's own helper, used where it is installed. */
const AMAZON_HELPER = 'ecr-login';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Exit codes of processes that a signal ended begin here. */
const SIGNAL_EXIT = 128;

/** Tokens are in no file, argument or variable: `docker` asks the helper for one at the moment it needs it. */
export function temporaryConfiguration(env: NodeJS.ProcessEnv = process.env): ClientConfiguration {
  const original = dockerConfigFolder(env);
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-docker-config-'));
  function remove(): void {
    rmSync(folder, { recursive: true, force: true });
    process.off('exit', remove);
    // Not before: a second signal would end the process at once.
    for (const signal of SIGNALS) process.off(signal, endBySignal);
  }
  process.on('exit', remove);
  for (const signal of SIGNALS) process.on(signal, endBySignal);
  try {
    const config = readDockerConfig(original);
    const helper = isOnPath(`docker-credential-${AMAZON_HELPER}`, env) ? AMAZON_HELPER : HELPER;
    const added: Record<string, string> = {};
    function write(): void {
      const credHelpers = { ...added, ...config.credHelpers };
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, credHelpers }), { mode: 0o600 });
    }
    write();
    // Plugins, contexts and builders stay where they are.
    for (const name of existsSync(original) ? readdirSync(original) : []) {
      if (name !== 'config.json') symlinkSync(join(original, name), join(folder, name));
    }
    return {
      env: { ...env, DOCKER_CONFIG: folder, PATH: withHelper(folder, env) },
      logInTo: (references) => {
        for (const registry of references.flatMap((text) => parseReference(text)?.registry ?? []))
          if (ecrRegion(registry) !== undefined) added[registry] = helper;
        write();
      },
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Without it a signal would end the process before anything is removed. */
function endBySignal(signal: NodeJS.Signals): void {
  process.exit(SIGNAL_EXIT + constants.signals[signal]);
}

function withHelper(folder: string, env: NodeJS.ProcessEnv): string {
  const bin = join(folder, 'warmpath-bin');
  mkdirSync(bin);
  const program = join(bin, `docker-credential-${HELPER}`);
  const command = [process.execPath, ...helperProgram()].map(quoted).join(' ');
  writeFileSync(program, `#!/bin/sh\nexec ${command} "$@"\n`);
  chmodSync(program, 0o700);
  return `${bin}${delimiter}${env['PATH'] ?? ''}`;
}

/** Arguments of Node: the file of the bundle, or the source where the tool runs from its sources. */
function helperProgram(): readonly string[] {
  const bundled = join(__dirname, 'ecr-credential-helper.cjs');
  if (existsSync(bundled)) return [bundled];
  return ['--require', require.resolve('tsx/cjs'), join(__dirname, 'ecr-credential-helper.ts')];
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, program)));
}
