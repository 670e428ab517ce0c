export type RecordKind = 'platform' | 'base' | 'instruction' | 'arg' | 'file' | 'context' | 'refresh';

/** One input of the key. */
export interface InputRecord {
  readonly kind: RecordKind;
  /** Inputs of one group are told apart only by a full list; the lock holds one digest for each group. */
  readonly group: string;
  /** What a person calls it: a path, an instruction, an image. */
  readonly name: string;
  /** Line of the Dockerfile. */
  readonly line: number | undefined;
  /** All that enters the key. */
  readonly fields: readonly string[];
}
