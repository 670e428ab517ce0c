/** The process that runs tests, ended and started anew where a mutant never comes back. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

export interface Asked {
  /** Absolute paths. */
  readonly tests: readonly string[];
  /** Sources in place of what lies on the disk; sent once to each process. */
  readonly instrumented?: Readonly<Record<string, string>>;
  /** The mutant that is switched on; none for the run that says which test reaches which mutant. */
  readonly mutant?: string;
  /** Names of the tests to run. @default all */
  readonly only?: readonly string[];
  /** How often the code of the mutant may run before it counts as endless. */
  readonly hitLimit?: number;
}

type Hits = Readonly<Record<string, number>>;

export interface Ran {
  /** First failure of each test by its name; absent for one that passed. */
  readonly results: Readonly<Record<string, string | undefined>>;
  readonly unhandledErrors: readonly string[];
  readonly coverage?: { readonly static: Hits; readonly perTest: Readonly<Record<string, Hits>> };
}

export class TestRunner {
  #child: ChildProcess | undefined;

  constructor(private readonly instrumented: Readonly<Record<string, string>>) {}

  /** Returns what came of the tests; `undefined` where they did not end in time. */
  async run(asked: Asked, timeoutSeconds: number): Promise<Ran | undefined> {
    const first = this.#child === undefined;
    const child = this.#child ?? fork(join(__dirname, 'test-process.cjs'), { execArgv: [], silent: true });
    this.#child = child;
    const ended = new AbortController();
    const ran = await new Promise<Ran | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), timeoutSeconds * 1_000);
      ended.signal.addEventListener('abort', () => clearTimeout(timer));
      child.once('message', (message: Ran) => resolve(message));
      child.once('exit', () => resolve(undefined));
      child.send({ ...asked, ...(first && { instrumented: this.instrumented }) });
    });
    ended.abort();
    if (ran === undefined) this.close();
    child.removeAllListeners();
    return ran;
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}
