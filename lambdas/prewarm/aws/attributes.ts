import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** A row as DynamoDB speaks of it. */
export type Item = Record<string, AttributeValue>;

/** A row lacks an attribute, or holds another type than was written: it was changed by somebody else. */
export class DamagedItem extends Error {
  override readonly name = 'DamagedItem';
  constructor(attribute: string, expected: string) {
    super(`attribute ${attribute} is not ${expected}; restore the row or delete it`);
  }
}

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const json = (value: unknown): AttributeValue => ({ S: JSON.stringify(value) });

export const readText = (item: Item, attribute: string): string => {
  const value = item[attribute]?.S;
  if (value === undefined) throw new DamagedItem(attribute, 'a text');
  return value;
};
export const readOptionalText = (item: Item, attribute: string): string | undefined => item[attribute]?.S;
export const readNumber = (item: Item, attribute: string): number => {
  const value = item[attribute]?.N;
  if (value === undefined) throw new DamagedItem(attribute, 'a number');
  return Number(value);
};
export const readOptionalNumber = (item: Item, attribute: string): number | undefined =>
  item[attribute]?.N === undefined ? undefined : Number(item[attribute].N);
