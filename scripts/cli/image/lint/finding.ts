/** Something that makes an image slow to build, large, or different every time. */
export interface Finding {
  readonly rule: string;
  /** A note may well be intended: it does not make the command fail. @default 'fault' */
  readonly level?: 'fault' | 'note';
  readonly file: string;
  readonly line: number | undefined;
  readonly message: string;
  readonly cure: string;
}
