import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { main } from '../../../../scripts/cli/cli';
import type { LoopbackCdn } from '../../../../scripts/loopback-cdn';

const LAUNCHER = join(__dirname, '../../../../scripts/cli/warmpath.cjs');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRun {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
  /** Resolves once standard error has shown the text; rejects when the process ends before. */
  shows(text: RegExp): Promise<void>;
}

/** Starts `warmpath` as a user does: a process of its own, its output in pipes. */
export function startCli(args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): CliRun {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    stdio: 'pipe',
    env: { ...process.env, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A process that refuses its arguments may be gone before it is told anything.
  child.stdin.on('error', () => undefined).end(input);
  const result = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
  function shows(text: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      function check() {
        if (text.test(stderr)) resolve();
      }
      check();
      child.stderr.on('data', check);
      child.on('close', () => reject(new Error(`ended without showing ${text}:\n${stdout}${stderr}`)));
    });
  }
  return { child, result, shows };
}

/** Resolves with where a service that was started as a process listens, as it says itself. */
export function listeningUrl({ child, result }: CliRun): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (text: string) => {
      output += text;
      const url = /^listening on (http:\S+)\n/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
    void result.then(({ stderr }) => reject(new Error(`it ended before it listened: ${stderr}`)), reject);
  });
}

export function runCli(args: readonly string[], input?: string, env?: NodeJS.ProcessEnv): Promise<CliResult> {
  return startCli(args, input, env).result;
}

/**
 * The same within this process, which takes a tenth of the time: for what ends before anything is started.
 * One at a time, since the output of the process is caught meanwhile.
 */
export async function runCliHere(args: readonly string[]): Promise<CliResult> {
  const [out, err] = [process.stdout, process.stderr].map((stream) => {
    const texts: string[] = [];
    const spy = jest.spyOn(stream, 'write').mockImplementation((text) => {
      texts.push(typeof text === 'string' ? text : Buffer.from(text).toString());
      return true;
    });
    return { texts, spy };
  });
  try {
    await main(args);
    const code = Number(process.exitCode ?? 0);
    return { code, stdout: out?.texts.join('') ?? '', stderr: err?.texts.join('') ?? '' };
  } finally {
    process.exitCode = undefined;
    out?.spy.mockRestore();
    err?.spy.mockRestore();
  }
}

/** The options that lead to a loopback CDN. */
export function towards(cdn: LoopbackCdn): string[] {
  return ['--resolver', cdn.resolver, '--edge-port', String(cdn.edgePort), '--ca', cdn.caFile];
}
