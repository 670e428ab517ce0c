/** Values that are known only at plan, where Terraform chooses instead of TypeScript. */
import { Fn, Op, ref, TerraformCount, type TerraformDataSource, Token } from 'cdktf';
import type { Architecture } from './props';

/** `given` when it turns out not to be empty; else an attribute of what `lookUp` finds, which is asked only then. */
export function givenOrFound(
  given: string,
  attribute: string,
  lookUp: (count: TerraformCount) => TerraformDataSource,
): string {
  const isMissing = Op.lt(Fn.lengthOf(given), 1);
  const count = TerraformCount.of(Token.asNumber(Fn.conditional(isMissing, 1, 0)));
  const found = lookUp(count);
  const address = `data.${found.terraformResourceType}.${found.friendlyUniqueId}`;
  const values = ref(`${address}[*].${attribute}`, found.cdktfStack);
  return Token.asString(Fn.coalesce([given, Fn.one(values)]));
}

/** One of two texts by architecture, also when the architecture is a variable. */
export function byArchitecture(
  architecture: Architecture,
  texts: Readonly<Record<Architecture, string>>,
): string {
  if (!Token.isUnresolved(architecture)) return texts[architecture];
  return Token.asString(Fn.conditional(Op.eq(architecture, 'arm64'), texts.arm64, texts.x86_64));
}

export type Tags = Readonly<Record<string, string>>;

/** Tags with more tags; the later win. Tags of a variable cannot be spread, because nobody knows their keys yet. */
export function withTags(tags: Tags, more: Tags): Record<string, string> {
  return Token.isUnresolved(tags) ? Token.asStringMap(Fn.merge([tags, more])) : { ...tags, ...more };
}
