import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { WarmpathError } from '../../errors/warmpath-error';

/** A row in DynamoDB's attribute format. */
export type Item = Record<string, AttributeValue>;

/** Thrown for a row that lacks an attribute or holds one of another type: another program has changed it. */
export class DamagedItem extends WarmpathError {
  override readonly name = 'DamagedItem';
  constructor(attribute: string, expected: string) {
    super('ROW_DAMAGED', `attribute ${attribute} is not ${expected}; restore the row or delete it`);
  }
}

export function text(value: string): AttributeValue {
  return { S: value };
}

export function number(value: number): AttributeValue {
  return { N: String(value) };
}

export function readText(item: Item, attribute: string): string {
  const value = item[attribute]?.S;
  if (value === undefined) throw new DamagedItem(attribute, 'a text');
  return value;
}

export function readOptionalNumber(item: Item, attribute: string): number | undefined {
  return item[attribute]?.N === undefined ? undefined : Number(item[attribute].N);
}
