/** The options of `warmpath prewarm pops`. */
export interface PopsOptions {
  readonly region?: readonly string[];
  readonly country?: readonly string[];
  /** LAT,LON in degrees. */
  readonly near?: string;
  readonly count?: number;
  readonly check?: boolean;
  readonly discover?: boolean;
  readonly update?: boolean;
  readonly subnet?: readonly string[];
  /** HOST:PORT. */
  readonly resolver?: string;
  readonly cfDomain?: string;
  /** A file; true for the one that `prewarm ip-ranges` keeps. */
  readonly ipRanges?: string | true;
  readonly json?: boolean;
}

/** Where the command writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Columns of the terminal. @default - no terminal */
  readonly width?: number | undefined;
}
