import { Token } from 'cdktf';
import type { AiShellEcsSettings } from '../settings';

/**
 * A rule over the settings, for what AWS, ECS or Terraform would refuse only during an apply, or accept and then not do.
 */
export interface Rule {
  /** Kebab-case; names the test case of the rule. */
  readonly id: string;
  /** What is wrong, why, and what to write instead; `undefined` when nothing is. */
  readonly problem: (settings: AiShellEcsSettings) => string | undefined;
}

/** A rule about one number: whole, and between two bounds. Values known only at plan pass. */
export function rangeRule(
  id: string,
  prop: string,
  range: { readonly min: number; readonly max: number; readonly unit: string },
  value: (settings: AiShellEcsSettings) => number | undefined,
): Rule {
  return {
    id,
    problem: (settings) => {
      const got = value(settings);
      if (got === undefined || isInRange(got, range.min, range.max)) return undefined;
      return `${prop}: got ${got}; AWS accepts ${range.min} to ${range.max} ${range.unit}; choose a number within it`;
    },
  };
}

export function isInRange(value: number, min: number, max: number): boolean {
  return isUnknown(value) || (Number.isInteger(value) && value >= min && value <= max);
}

/** Terraform fills the value in at plan, where the variables' own validation judges it; of a list that it fills in, each element is. */
export function isUnknown(value: unknown): boolean {
  return Token.isUnresolved(value) || Token.isUnresolved([value]);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Seconds of a Go duration such as `1m30s`; `undefined` when it is none. A bare number is none, except `0`. */
export function goDurationSeconds(duration: string): number | undefined {
  if (duration === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(duration)) return undefined;
  const parts = duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g);
  return [...parts].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (UNIT_SECONDS[unit] ?? 0),
    0,
  );
}
