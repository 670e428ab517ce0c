import { constants } from 'node:os';

export interface Interrupt {
  /** Resolves with the exit code of the first signal; never where none comes. */
  readonly signalled: Promise<number>;
  /** Gives the signals back to their default. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Takes Ctrl-C and termination: the first asks for a clean end, the second ends the process after `lastWords`. */
export function listenForInterrupt(lastWords: () => void): Interrupt {
  let release: () => void = () => {};
  const signalled = new Promise<number>((resolve) => {
    let seen = 0;
    function onSignal(signal: (typeof SIGNALS)[number]): void {
      const exitCode = 128 + constants.signals[signal];
      seen += 1;
      if (seen === 1) {
        resolve(exitCode);
        return;
      }
      lastWords();
      process.exit(exitCode);
    }
    for (const signal of SIGNALS) process.on(signal, onSignal);
    release = () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    };
  });
  return { signalled, release: () => release() };
}
