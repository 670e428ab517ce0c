/** Values that are known only at plan, where Terraform chooses instead of TypeScript. */
import {
  Fn,
  type IResolvable,
  Op,
  ref,
  TerraformCount,
  TerraformDataSource,
  TerraformIterator,
  type TerraformResource,
  Token,
} from 'cdktf';
import type { Architecture, UlimitProps } from './props';

/** One when a text or a list turns out to be empty, else none. */
export function oneIfEmpty(value: string | readonly string[]): TerraformCount {
  return TerraformCount.of(Token.asNumber(Fn.conditional(Op.lt(Fn.lengthOf(value), 1), 1, 0)));
}

/** An attribute of every instance that a resource or data source with a count turns out to have. */
export function eachOf(element: TerraformResource | TerraformDataSource, attribute: string): IResolvable {
  const kind = element instanceof TerraformDataSource ? 'data.' : '';
  const address = `${kind}${element.terraformResourceType}.${element.friendlyUniqueId}`;
  return ref(`${address}[*].${attribute}`, element.cdktfStack);
}

/** `given` when it turns out not to be empty; else an attribute of what `lookUp` finds, which is asked only then. */
export function givenOrFound(
  given: string,
  attribute: string,
  lookUp: (count: TerraformCount) => TerraformDataSource,
): string {
  const found = eachOf(lookUp(oneIfEmpty(given)), attribute);
  return Token.asString(Fn.coalesce([given, Fn.one(found)]));
}

/** One of two texts by architecture, also when the architecture is a variable. */
export function byArchitecture(
  architecture: Architecture,
  texts: Readonly<Record<Architecture, string>>,
): string {
  if (!Token.isUnresolved(architecture)) return texts[architecture];
  return Token.asString(Fn.conditional(Op.eq(architecture, 'arm64'), texts.arm64, texts.x86_64));
}

/** The value where it turns out that the condition holds, else nothing at all, as if the argument were left out. */
export function valueIf(condition: IResolvable, value: string | number): IResolvable {
  return Fn.conditional(condition, value, Token.nullValue());
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

/** The lesser of two numbers, by Terraform when one of them is known only at plan. */
export function atMost(value: number, most: number): number {
  return Token.isUnresolved(value) ? Token.asNumber(Fn.min([value, most])) : Math.min(value, most);
}

export type Tags = Readonly<Record<string, string>>;

/** Tags with more tags; the later win. Tags of a variable cannot be spread, because nobody knows their keys yet. */
export function withTags(tags: Tags, more: Tags): Record<string, string> {
  return Token.isUnresolved(tags) ? Token.asStringMap(Fn.merge([tags, more])) : { ...tags, ...more };
}
