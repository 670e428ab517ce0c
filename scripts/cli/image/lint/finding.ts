export interface Finding {
  readonly rule: string;
  readonly file: string;
  readonly line: number | undefined;
  readonly message: string;
  readonly cure: string;
}
