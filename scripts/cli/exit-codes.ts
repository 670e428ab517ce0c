/** Exit codes of every `warmpath` command. */
export const FAILED = 1;
/** Bad input: nothing was started. */
export const BAD_INPUT = 2;

/** What each exit code means, for the manual and the reference. */
export const EXIT_STATUSES = [
  { codes: '0', meaning: 'done, or as it should be' },
  { codes: '1', meaning: 'failed, or not as it should be' },
  { codes: '2', meaning: 'bad input; nothing was started' },
  { codes: '3', meaning: 'with image plan --detailed-exitcode: an image must be built' },
  { codes: '130', meaning: 'interrupted (SIGINT)' },
  { codes: '143', meaning: 'terminated (SIGTERM)' },
] as const;
