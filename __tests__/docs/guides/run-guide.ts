/** Runs the commands of a guide as a reader types them: each `sh` block, in order, in one empty folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LoopbackCdn } from '../../../scripts/loopback-cdn';
import { towards } from '../../scripts/cli/prewarm/cli-process';

const ROOT = join(__dirname, '../../..');
export const GUIDES = join(ROOT, 'docs/guides');
const LAUNCHER = join(ROOT, 'scripts/cli/warmpath.cjs');
/** Port that guides name; each run gets a free one in its place. */
const PORT_OF_THE_GUIDES = '8080';

export interface GuideOptions {
  /** Stands for CloudFront: where `warmpath prewarm` finds edges. @default - the command is not told of any */
  readonly cdn?: LoopbackCdn;
  /** Programs that a test cannot run, by name, and what bash runs instead. Their calls are recorded. @default {} */
  readonly standIns?: Readonly<Record<string, string>>;
  /** Files that the reader has before the first command. @default {} */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders of this repository that the reader has, at their places. @default [] */
  readonly checkout?: readonly string[];
  /** Beginnings of command lines of `warmpath` that are recorded and not run, such as `coldstart`. @default [] */
  readonly recorded?: readonly string[];
  /** Variables of the environment that the reader has. @default {} */
  readonly env?: Readonly<Record<string, string>>;
}

/** What the commands of a guide did; `using` removes their folder. */
export interface GuideRun extends Disposable {
  /** What the reader sees, commands included. */
  readonly screen: string;
  /** Command lines of the programs that were not run. */
  readonly calls: readonly string[];
  /** Reads a file that the commands left. */
  readonly file: (name: string) => string;
  readonly has: (name: string) => boolean;
}

/** Returns the commands of a guide, a text for each `sh` block. */
export function commandsOf(name: string): readonly string[] {
  const page = readFileSync(join(GUIDES, `${name}.md`), 'utf8');
  return [...page.matchAll(/^( *)```sh\n([\s\S]*?)^ *```/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function writeProgram(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/usr/bin/env bash\n${text}\n`);
  chmodSync(path, 0o755);
}

/** `npx warmpath`, as this repository has it, led to the loopback CDN and to the free port. */
function npx({ cdn, recorded = [] }: GuideOptions, port: number, record: string): string {
  const edges = cdn === undefined ? '' : towards(cdn).join(' ');
  const resolver = cdn === undefined ? '' : `--resolver ${cdn.resolver}`;
  return `[ "$1" = warmpath ] || { echo "npx $*: no guide runs that" >&2; exit 1; }
shift
run() { exec ${process.execPath} ${LAUNCHER} "$@"; }
case "$*" in
${recorded.map((begin) => `  "${begin}"*) echo "npx warmpath $*" >> ${record}; exit 0;;`).join('\n')}
  "prewarm serve"*) run "$@" --port ${port} ${edges};;
  "prewarm run"*) run "$@" ${edges};;
  "prewarm pops"*) run "$@" ${resolver};;
  *) run "$@";;
esac`;
}

/** Ends the shell and what it left in the background. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}

/**
 * Runs the commands of a guide.
 * @throws Error with all that was shown, where a command fails
 */
export async function runGuide(name: string, options: GuideOptions = {}): Promise<GuideRun> {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-guide-'));
  const [programs, work, record] = [join(folder, 'bin'), join(folder, 'work'), join(folder, 'calls')];
  mkdirSync(programs);
  mkdirSync(work);
  writeFileSync(record, '');
  const port = await freePort();
  writeProgram(programs, 'npx', npx(options, port, record));
  for (const [program, text] of Object.entries(options.standIns ?? {}))
    writeProgram(programs, program, `echo "${program} $*" >> ${record}\n${text}`);
  for (const [file, text] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(work, file)), { recursive: true });
    writeFileSync(join(work, file), text);
  }
  for (const path of options.checkout ?? []) cpSync(join(ROOT, path), join(work, path), { recursive: true });
  const script = join(folder, 'guide.sh');
  writeFileSync(script, commandsOf(name).join('\n').replaceAll(PORT_OF_THE_GUIDES, String(port)));

  const child = spawn('bash', ['-c', `exec 2>&1; set -euo pipefail; set -v; . ${script}`], {
    cwd: work,
    detached: true,
    env: {
      ...process.env,
      PATH: `${programs}:${process.env['PATH']}`,
      COLUMNS: '100',
      HOME: work,
      ...options.env,
      XDG_CACHE_HOME: join(folder, 'cache'),
    },
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  // The shell's own end counts: what it left in the background holds its output open.
  const code = await new Promise((resolve, reject) => {
    const closed = new Promise((close) => child.on('close', close));
    child.on('error', reject).on('exit', (ended) => {
      endGroup(child);
      void closed.then(() => resolve(ended));
    });
  });
  if (code !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`the commands of ${name} ended with ${code}:\n${screen}`);
  }
  return {
    screen: screen.replaceAll(String(port), PORT_OF_THE_GUIDES).replaceAll(work, '~'),
    calls: readFileSync(record, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
    file: (path) => readFileSync(join(work, path), 'utf8'),
    has: (path) => existsSync(join(work, path)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
