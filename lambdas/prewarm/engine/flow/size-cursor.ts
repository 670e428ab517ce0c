import { parseJson } from '../../../errors/json-fault';
/** Where sizing of a request stands; kept in its record while it is CREATED. */
export interface SizeCursor {
  /** The run that wrote the list; its name is in the keys of the sizes. */
  readonly run: string;
  /** The list that is sized: the accepted one, or what a run made of it and the sources. */
  readonly listKey: string;
  readonly urlCount: number;
  /** Where the next part of the list begins. */
  readonly startByte: number;
  readonly parts: number;
  readonly sizedUrls: number;
  /** Sources that could not be read. */
  readonly problems: readonly string[];
}

function isCursor(value: unknown): value is SizeCursor {
  return typeof value === 'object' && value !== null && 'parts' in value && 'sizedUrls' in value;
}

/** Returns the stored cursor; nothing where sizing has not begun. */
export function parseSizeCursor(text: string | undefined): SizeCursor | undefined {
  const value: unknown = text === undefined ? undefined : parseJson(text);
  return isCursor(value) ? value : undefined;
}
