const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** Blanks stand in one place of it only: two neighbouring runs of them would be tried in every combination. */
const SIZE = /^\s*(\d{1,15}(?:\.\d{1,6})?)(?:\s*([kmg]?i?b))?\s*$/i;

/** Bytes of `65536`, `"65536"`, `"64KiB"` or `"1.5 MB"`; nothing where it is not a whole number of bytes. */
export function parseByteSize(size: number | string): number | undefined {
  if (typeof size === 'number') return Number.isSafeInteger(size) ? size : undefined;
  const match = SIZE.exec(size);
  if (!match) return undefined;
  const bytes = Number(match[1]) * (UNITS[(match[2] ?? 'b').toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
