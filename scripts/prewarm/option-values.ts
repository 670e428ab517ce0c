import { InvalidArgumentError } from 'commander';

/** Values of options that more than one command takes; what is wrong is said with what is allowed. */
export const wholeNumber =
  (low: number, high: number) =>
  (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= low && number <= high) return number;
    throw new InvalidArgumentError(`Allowed: a whole number from ${low} to ${high}.`);
  };

export const hostPort = (value: string): string => {
  const match = /^(?:\[[0-9a-f:]+\]|[^\s:[\]]+):(\d{1,5})$/i.exec(value);
  if (match && Number(match[1]) >= 1 && Number(match[1]) <= 65_535) return value;
  throw new InvalidArgumentError('Allowed: HOST:PORT, such as 127.0.0.1:5353 or [::1]:5353.');
};
