/** `KEY=VALUE` lines, one per entry, as systemd's EnvironmentFile and the pre-pull program read them. */
export function keyValueLines(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
