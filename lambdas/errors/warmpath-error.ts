/** What a kind of error means to whoever waits for the result. */
interface ErrorMeaning {
  /** Exit code of a command that it ends: 1 failed, 2 bad input and nothing was started. */
  readonly exitCode: 1 | 2;
  /** Status of the HTTP response that it ends. The caller sees the message of those below 500 only. */
  readonly httpStatus: 400 | 403 | 404 | 409 | 413 | 415 | 500 | 503 | 507;
}

const BAD_INPUT = { exitCode: 2, httpStatus: 400 } as const;
const FAILED = { exitCode: 1, httpStatus: 500 } as const;

/** Every code, and what it means. A code is never renamed: alarms, scripts and log queries match it. */
export const ERROR_CODES = {
  // What a caller sent or chose.
  BAD_INPUT,
  INVALID_REQUEST: BAD_INPUT,
  INVALID_URLS: BAD_INPUT,
  INVALID_PAGE_TOKEN: BAD_INPUT,
  NOT_FOUND: { exitCode: 1, httpStatus: 404 },
  CONFLICT: { exitCode: 1, httpStatus: 409 },
  BODY_TOO_LARGE: { exitCode: 2, httpStatus: 413 },
  UNSUPPORTED_ENCODING: { exitCode: 2, httpStatus: 415 },
  BUSY: { exitCode: 1, httpStatus: 503 },
  STORAGE_FULL: { exitCode: 1, httpStatus: 503 },
  LISTS_FULL: { exitCode: 1, httpStatus: 507 },

  // How a program or a deployment is configured.
  INVALID_CONFIGURATION: { exitCode: 2, httpStatus: 500 },
  UNKNOWN_POP: { exitCode: 2, httpStatus: 500 },
  API_KEY_UNUSABLE: { exitCode: 2, httpStatus: 500 },
  WEBHOOK_SECRET_UNUSABLE: { exitCode: 2, httpStatus: 500 },
  CANNOT_LISTEN: { exitCode: 2, httpStatus: 500 },
  DATA_DIR_LOCKED: { exitCode: 2, httpStatus: 500 },
  DATA_DIR_FOREIGN: { exitCode: 2, httpStatus: 500 },
  DATA_DIR_UNUSABLE: { exitCode: 2, httpStatus: 500 },

  // What is there, or is not.
  BLOB_NOT_FOUND: FAILED,
  FLEET_NOT_FOUND: { exitCode: 1, httpStatus: 404 },
  REQUEST_NOT_FOUND: { exitCode: 1, httpStatus: 404 },

  // What came from others: documents, DNS, edges, webhooks.
  DOCUMENT_UNREADABLE: FAILED,
  SOURCE_NOT_EXPANDED: FAILED,
  DNS_FAILED: FAILED,
  CERTIFICATE_UNTRUSTED: FAILED,
  RESPONSE_MALFORMED: FAILED,
  REQUEST_UNWRITABLE: FAILED,
  MESSAGE_REFUSED: { exitCode: 1, httpStatus: 403 },
  API_UNREACHABLE: { exitCode: 1, httpStatus: 503 },
  SENDER_UNREACHABLE: { exitCode: 1, httpStatus: 503 },

  // What is stored or runs.
  ROW_DAMAGED: FAILED,
  HEADERS_DAMAGED: FAILED,
  STORE_FAILED: FAILED,
  ENGINE_CLOSED: FAILED,
  SLICES_NOT_QUEUED: FAILED,
  PATHS_REFUSED: FAILED,
  INTERNAL: FAILED,

  // Building and planning.
  REGISTRY_FAILED: FAILED,
  ENGINE_FAILED: FAILED,
  OVER_BUDGET: FAILED,
  BUNDLE_FAILED: FAILED,
  TERRAFORM_FAILED: FAILED,
  HCP_FAILED: FAILED,
  GITHUB_FAILED: FAILED,
} as const satisfies Readonly<Record<string, ErrorMeaning>>;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * An error that Warmpath throws on purpose. The message says what was wrong (got X), what is allowed and what to do;
 * `code` is for programs, and `cause` holds the error behind it. A class per kind that is caught somewhere, with its
 * own `name`: minified bundles rename classes.
 */
export class WarmpathError extends Error {
  override readonly name: string = 'WarmpathError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get exitCode(): ErrorMeaning['exitCode'] {
    return ERROR_CODES[this.code].exitCode;
  }

  get httpStatus(): ErrorMeaning['httpStatus'] {
    return ERROR_CODES[this.code].httpStatus;
  }
}

/** Returns true for an error of this kind. */
export function isWarmpathError(error: unknown, ...codes: readonly ErrorCode[]): error is WarmpathError {
  return error instanceof WarmpathError && (codes.length === 0 || codes.includes(error.code));
}
