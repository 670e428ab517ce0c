import { Fn, type IResolvable, type TerraformCount, type TerraformDataSource, Token } from 'cdktf';
import { eachOf, oneIf } from '../parts/plan-values';

/** A value of a variable, which wins where it is not empty, and whether it is looked up; both known only to Terraform. */
export interface GivenOrFound {
  readonly value: string;
  readonly lookUp: boolean | IResolvable;
}

/**
 * The value where it turns out not to be empty; else an attribute of what `find` finds. Empty where there is neither, which the
 * validation of the variable refuses in a sentence.
 */
export function givenOrFound(
  { value, lookUp }: GivenOrFound,
  attribute: string,
  find: (count: TerraformCount) => TerraformDataSource,
): string {
  const found = eachOf(find(oneIf(lookUp)), attribute);
  return Token.asString(Fn.try([Fn.coalesce([value, Fn.one(found)]), '']));
}
