import { Tokenization } from 'cdktf';

/** `KEY=VALUE` lines, one per entry, as systemd's EnvironmentFile and the pre-pull program read them. */
export function keyValueLines(values: Readonly<Record<string, string | number>>): string {
  return (
    Object.entries(values)
      // A number known only at plan is no text until then.
      .map(
        ([key, value]) =>
          `${key}=${typeof value === 'number' ? Tokenization.stringifyNumber(value) : value}\n`,
      )
      .join('')
  );
}
