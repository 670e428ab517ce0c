/** Exit codes of every `warmpath` command. */
export const FAILED = 1;
/** Bad input: nothing was started. */
export const BAD_INPUT = 2;
