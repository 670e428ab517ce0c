import { code, table } from './markdown';

/** What is read of a JSON Schema, of OpenAPI 3.0 and of 2020-12 alike. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number | boolean;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

function name(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

/** Bounds that say something: the largest exact integer does not. */
function bounds({ minimum, maximum, maxLength, maxItems }: Schema): string {
  const upper = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const parts = [
    minimum !== undefined && upper !== undefined && `${minimum} to ${upper}`,
    minimum !== undefined && minimum !== 0 && upper === undefined && `at least ${minimum}`,
    minimum === undefined && upper !== undefined && `at most ${upper}`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    maxItems !== undefined && `at most ${maxItems}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}

/** Returns the type of a value in words, such as `list of string, at most 100`. */
export function typeText(schema: Schema): string {
  const text = plainType(schema);
  return schema.nullable && text !== 'null' ? `${text} or null` : text;
}

function plainType(schema: Schema): string {
  if (schema.$ref !== undefined) return `[${name(schema.$ref)}](#${name(schema.$ref).toLowerCase()})`;
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined)
    return schema.enum.map((value) => (value === null ? 'null' : code(JSON.stringify(value)))).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(typeText).join(' or ');
  if (schema.type === 'array')
    return `list of ${schema.items?.properties ? 'objects' : typeText(schema.items ?? {})}${bounds(schema)}`;
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return `object of ${typeText(schema.additionalProperties)}`;
  return `${schema.format ?? [schema.type ?? 'any'].flat().join(' or ')}${bounds(schema)}`;
}

interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** Returns the fields of an object, and of the objects in it, each under its path. */
function fieldsOf(schema: Schema, above = ''): readonly Field[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([key, field]) => {
    const path = `${above}${key}`;
    const inner = field.type === 'array' ? (field.items ?? {}) : field;
    const further = typeof inner.additionalProperties === 'object' ? inner.additionalProperties : inner;
    const below = field.type === 'array' ? `${path}[].` : inner === further ? `${path}.` : `${path}.NAME.`;
    return [{ path, schema: field, isRequired: required.includes(key) }, ...fieldsOf(further, below)];
  });
}

/** Returns a table of the fields of an object; nothing where it has none. */
export function fieldTable(schema: Schema): readonly string[] {
  return table(
    ['field', 'type', 'required', 'what'],
    fieldsOf(schema).map(({ path, schema: field, isRequired }) => [
      code(path),
      typeText(field),
      isRequired ? 'yes' : '',
      field.description ?? '',
    ]),
  );
}
