/** Values that are known only at plan, where Terraform chooses instead of TypeScript. */
import {
  Fn,
  type IResolvable,
  Op,
  ref,
  TerraformCount,
  TerraformDataSource,
  type TerraformResource,
  Token,
} from 'cdktf';

/** One where a switch is on, else none. A switch, not a value: Terraform must know a count at plan, and a value may come with the apply. */
export function oneIf(isOn: boolean | IResolvable): TerraformCount {
  return TerraformCount.of(Token.asNumber(Fn.conditional(isOn, 1, 0)));
}

/** An attribute of every instance that a resource or data source with a count turns out to have. */
export function eachOf(element: TerraformResource | TerraformDataSource, attribute: string): IResolvable {
  const kind = element instanceof TerraformDataSource ? 'data.' : '';
  const address = `${kind}${element.terraformResourceType}.${element.friendlyUniqueId}`;
  return ref(`${address}[*].${attribute}`, element.cdktfStack);
}

/** A number added to another, where Terraform may have to do it. */
export function plus(value: number, more: number): number {
  return Token.isUnresolved(value) ? Token.asNumber(Op.add(value, more)) : value + more;
}

/** A number times another, where Terraform may have to do it. */
export function times(value: number, factor: number): number {
  return Token.isUnresolved(value) ? Token.asNumber(Op.mul(value, factor)) : value * factor;
}

/** The value where it turns out that the condition holds, else nothing at all, as if the argument were left out. */
export function valueIf(condition: boolean | IResolvable, value: string | number): IResolvable {
  return Fn.conditional(condition, value, Token.nullValue());
}
