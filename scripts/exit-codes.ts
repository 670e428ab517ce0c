/** Exit codes of every `warmpath` command. */
export const FAILED = 1;
/** Bad input: nothing was started. */
export const BAD_INPUT = 2;
/** Ended by Ctrl-C: 128 + SIGINT. */
export const INTERRUPTED = 130;
