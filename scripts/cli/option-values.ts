import { InvalidArgumentError } from 'commander';

/** Returns the parser of a whole number within bounds; what is wrong is said with what is allowed. */
export function wholeNumber(low: number, high: number) {
  return (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= low && number <= high) return number;
    throw new InvalidArgumentError(`Allowed: a whole number from ${low} to ${high}.`);
  };
}

export const HOST_PORT = 'HOST:PORT, such as 127.0.0.1:5353 or [::1]:5353';

export function isHostPort(value: string): boolean {
  const match = /^(?:\[[0-9a-f:]+\]|[^\s:[\]]+):(\d{1,5})$/i.exec(value);
  return match !== null && Number(match[1]) >= 1 && Number(match[1]) <= 65_535;
}

/** A value that is given several times, each time as it is written. */
export function collectWhole(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** A value that is given several times or as a list with commas. */
export function collectList(value: string, before: readonly string[] | undefined): string[] {
  return [
    ...(before ?? []),
    ...value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}

/** The parser of an option whose wrong value is told later, together with all else that is wrong. */
export function tellLater<T>(problems: string[], option: string, parse: (value: string) => T) {
  return (value: string): T | undefined => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      const allowed = error.message.replace(/^Allowed: |\.$/g, '');
      problems.push(`${option}: got ${JSON.stringify(value)}; allowed: ${allowed}`);
      return undefined;
    }
  };
}
