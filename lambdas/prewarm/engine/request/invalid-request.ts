import { WarmpathError } from '../../../errors/warmpath-error';
import { visibleText } from '../model/visible-text';

/** What is wrong with one field of a request. */
export interface FieldIssue {
  /** Path of the field, such as `pops[2]`. */
  readonly field: string;
  /** What came, shortened; never a header's value. */
  readonly got: string;
  /** What would be right. */
  readonly allowed: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Issues that an error names; it counts the rest. */
export const MAX_SENTENCES = 20;
/** Characters of one of them; what it quotes is shorter, so that only a list of allowed values is ever cut. */
const MAX_SENTENCE_LENGTH = 10_000;

function sentence({ field, got, allowed, hint }: FieldIssue): string {
  return visibleText(
    `${field}: got ${got}; allowed: ${allowed}${hint === undefined ? '' : `; ${hint}`}`,
    MAX_SENTENCE_LENGTH,
  );
}

/** A request that cannot be accepted, with everything that is wrong with its fields. */
export class InvalidRequest extends WarmpathError {
  override readonly name = 'InvalidRequest';
  constructor(readonly issues: readonly FieldIssue[]) {
    const shown = issues.slice(0, MAX_SENTENCES).map(sentence);
    const more = issues.length - shown.length;
    super('INVALID_REQUEST', [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('. '));
  }
}

/** A URL that cannot be warmed, and why. */
export interface InvalidUrl {
  /** The URL as normalised as it could be. */
  readonly url: string;
  readonly reason: string;
}

/** A list that holds URLs that cannot be warmed; the compatible API answers 400 with `error_urls`. */
export class InvalidUrls extends WarmpathError {
  override readonly name = 'InvalidUrls';
  constructor(
    /** In the order of the list, each once; the first ones where there are many. */
    readonly urls: readonly InvalidUrl[],
    /** How many lines are bad in all. */
    readonly count: number,
    /** Bad lines whose URL is not among `urls`. */
    readonly unlistedCount: number,
  ) {
    super('INVALID_URLS', 'Invalid URLs');
  }
}

const SHOWN_LENGTH = 80;

/** Returns a value of the request as an error may show it: short, one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'string') return `a value of type ${typeof value}`;
  return JSON.stringify(value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value);
}
