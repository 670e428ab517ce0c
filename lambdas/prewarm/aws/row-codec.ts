import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { parseJson } from '../../errors/json-fault';
import { DamagedItem, type Item } from './attributes';

/** How one field of a record is kept in one attribute of a row. */
export interface Field<T> {
  readonly attribute: string;
  readonly write: (value: T) => AttributeValue;
  /** Returns `undefined` for a value that `write` cannot have made. */
  readonly read: (value: AttributeValue) => T | undefined;
  /** What the attribute must be, for the message of DamagedItem. */
  readonly expected: string;
}

/** A field whose attribute may be absent. */
interface OptionalField<T> extends Field<T> {
  readonly isOptional: true;
}

/**
 * One field for each key of a record: a key that the record gains does not compile until it says how it is stored, and
 * whether a row may lack it follows from the record's type.
 */
export type RowCodec<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? OptionalField<NonNullable<T[K]>>
    : Field<T[K]>;
};

export function textField<T extends string>(
  attribute: string,
  parse: (written: string) => T | undefined,
): Field<T> {
  return {
    attribute,
    expected: 'a text',
    write: (value) => ({ S: value }),
    read: ({ S }) => (S === undefined ? undefined : parse(S)),
  };
}

/** Returns the field of a text that is one of `choices`. */
export function choiceField<T extends string>(attribute: string, choices: readonly T[]): Field<T> {
  return {
    ...textField(attribute, (written) => choices.find((choice) => choice === written)),
    expected: `one of ${choices.join(', ')}`,
  };
}

export function numberField(attribute: string): Field<number> {
  return {
    attribute,
    expected: 'a number',
    write: (value) => ({ N: String(value) }),
    read: ({ N }) => (N === undefined ? undefined : Number(N)),
  };
}

export function flagField(attribute: string): Field<boolean> {
  return {
    attribute,
    expected: 'true or false',
    write: (value) => ({ BOOL: value }),
    read: ({ BOOL }) => BOOL,
  };
}

/** Returns the field of a flag that is either true or absent. */
export function trueField(attribute: string): Field<true> {
  return {
    attribute,
    expected: 'true',
    write: () => ({ BOOL: true }),
    read: ({ BOOL }) => (BOOL === true ? true : undefined),
  };
}

export function textsField(attribute: string): Field<readonly string[]> {
  return {
    attribute,
    expected: 'a list of texts',
    write: (texts) => ({ L: texts.map((value) => ({ S: value })) }),
    read: ({ L }) => L?.flatMap(({ S }) => (S === undefined ? [] : [S])),
  };
}

/** Returns the field of a value that is stored as JSON text. */
export function jsonField<T>(
  attribute: string,
  isValue: (value: unknown) => value is T,
  expected: string,
): Field<T> {
  return {
    attribute,
    expected,
    write: (value) => ({ S: JSON.stringify(value) }),
    read: ({ S }) => {
      const value: unknown = S === undefined ? undefined : parseJson(S);
      return isValue(value) ? value : undefined;
    },
  };
}

export function optional<T>(field: Field<T>): OptionalField<T> {
  return { ...field, isOptional: true };
}

type AnyField = Field<unknown> & { readonly isOptional?: true };

function fieldsOf(codec: object): readonly (readonly [string, AnyField])[] {
  return Object.entries(codec);
}

/** Returns the fields of a record, or of a part of it, as attributes; undefined fields are left out. */
export function writeRow<T extends object>(codec: RowCodec<T>, record: Partial<T>): Item {
  return Object.fromEntries(
    fieldsOf(codec).flatMap(([key, { attribute, write }]) => {
      const value: unknown = Reflect.get(record, key);
      return value === undefined ? [] : [[attribute, write(value)]];
    }),
  );
}

/**
 * Returns the record of a row.
 * @throws DamagedItem where an attribute is missing or is not what was written
 */
export function readRow<T extends object>(codec: RowCodec<T>, item: Item): T {
  const entries = fieldsOf(codec).flatMap(([key, { attribute, read, expected, isOptional }]) => {
    const written = item[attribute];
    if (written === undefined && isOptional) return [];
    const value = written === undefined ? undefined : read(written);
    if (value === undefined) throw new DamagedItem(attribute, expected);
    return [[key, value]];
  });
  // Every key of the record has been read by its own field, or its absence is allowed by the record's type.
  return Object.fromEntries(entries) as T;
}
