/** Values that are known only at plan, where Terraform chooses instead of TypeScript. */
import { Fn, Op, TerraformIterator, Token } from 'cdktf';
import type { Architecture, UlimitProps } from './props';

/** One of two texts by architecture, also when the architecture is a variable. */
export function byArchitecture(
  architecture: Architecture,
  texts: Readonly<Record<Architecture, string>>,
): string {
  if (!Token.isUnresolved(architecture)) return texts[architecture];
  return Token.asString(Fn.conditional(Op.eq(architecture, 'arm64'), texts.arm64, texts.x86_64));
}

/** The first text of a list, which may be a variable. */
export function firstOf(list: readonly string[]): string {
  return Token.isUnresolved(list) ? Token.asString(Fn.element(list, 0)) : (list[0] ?? '');
}

/** Entries as Terraform objects; those of a variable are listed at plan. */
export function namedValues(values: Readonly<Record<string, string>>): unknown {
  if (!Token.isUnresolved(values)) return Object.entries(values).map(([name, value]) => ({ name, value }));
  return TerraformIterator.fromMap(values).forExpressionForList('{ name = key, value = val }');
}

/** Limits of processes as Terraform objects; those of a variable are listed at plan. */
export function ulimitValues(limits: Readonly<Record<string, UlimitProps>>): unknown {
  if (!Token.isUnresolved(limits))
    return Object.entries(limits).map(([name, { soft, hard }]) => ({
      name,
      softLimit: soft,
      hardLimit: hard,
    }));
  return TerraformIterator.fromMap(limits).forExpressionForList(
    '{ name = key, softLimit = val.soft, hardLimit = val.hard }',
  );
}

/** The sum of two numbers, by Terraform when one of them is known only at plan. */
export function plus(left: number, right: number): number {
  return Token.isUnresolved(left) || Token.isUnresolved(right)
    ? Token.asNumber(Op.add(left, right))
    : left + right;
}

/** The product of a number and a known factor, by Terraform when the number is known only at plan. */
export function times(value: number, factor: number): number {
  return Token.isUnresolved(value) ? Token.asNumber(Op.mul(value, factor)) : value * factor;
}

/** The lesser of two numbers, by Terraform when one of them is known only at plan. */
export function atMost(value: number, most: number): number {
  return Token.isUnresolved(value) ? Token.asNumber(Fn.min([value, most])) : Math.min(value, most);
}
