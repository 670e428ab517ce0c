import type { AttributeValue } from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

/** A write as DynamoDB's API words it: as much of it as the adapters use. */
export interface TableWrite {
  readonly TableName: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/** Sort keys of tables that have one. */
export type SortKeys = Readonly<Record<string, string>>;

const PARTITION = 'req_id';

function words(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function nameIn(write: TableWrite, word: string): string {
  return write.ExpressionAttributeNames?.[word] ?? word;
}

function valueIn(write: TableWrite, word: string): AttributeValue {
  const value = write.ExpressionAttributeValues?.[word];
  if (value === undefined) throw new Error(`fake tables: ${word} has no value`);
  return value;
}

function sameText(a: AttributeValue | undefined, b: AttributeValue): boolean {
  return a?.S !== undefined && a.S === b.S;
}

/** `attribute_exists(a)`, `attribute_not_exists(a)` and `a IN (:b, :c)`, joined by AND. */
function holds(write: TableWrite, item: Item | undefined): boolean {
  return (write.ConditionExpression ?? '')
    .split(' AND ')
    .filter((term) => term !== '')
    .every((term) => {
      const [, test, tested] = /^(attribute_(?:not_)?exists)\((.+)\)$/.exec(term) ?? [];
      if (test !== undefined && tested !== undefined)
        return (item?.[nameIn(write, tested)] !== undefined) === (test === 'attribute_exists');
      const [, name, list] = /^(\S+) IN \((.+)\)$/.exec(term) ?? [];
      if (name === undefined || list === undefined) throw new Error(`fake tables: no condition ${term}`);
      return words(list).some((word) => sameText(item?.[nameIn(write, name)], valueIn(write, word)));
    });
}

function added(before: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  return value.SS === undefined
    ? { N: String(Number(before?.N ?? 0) + Number(value.N)) }
    : { SS: [...new Set([...(before?.SS ?? []), ...value.SS])] };
}

/** SET, ADD, REMOVE and DELETE, each with its list. */
function updated(write: TableWrite, before: Item): Item {
  const item = { ...before };
  const parts = (write.UpdateExpression ?? '').split(/\b(SET|ADD|REMOVE|DELETE)\b/).slice(1);
  for (let at = 0; at < parts.length; at += 2) {
    for (const change of words(parts[at + 1] ?? '')) {
      const [word = '', ...rest] = change.split(/\s+/);
      const name = nameIn(write, word);
      const operand = rest.at(-1) ?? '';
      if (parts[at] === 'SET') item[name] = valueIn(write, operand);
      else if (parts[at] === 'ADD') item[name] = added(item[name], valueIn(write, operand));
      else if (parts[at] === 'REMOVE') delete item[name];
      else {
        const gone = new Set(valueIn(write, operand).SS);
        item[name] = { SS: (item[name]?.SS ?? []).filter((member) => !gone.has(member)) };
      }
    }
  }
  return item;
}

/** Tables in memory: what the benches need of DynamoDB, with its conditions and transactions. */
export class FakeTables {
  private readonly partitions = new Map<string, Map<string, Item>>();

  constructor(private readonly sortKeys: SortKeys) {}

  get(table: string, key: Item): Item | undefined {
    return this.partition(table, key).get(this.sortKeyOf(table, key));
  }

  query(table: string, partition: AttributeValue): Item[] {
    return [...this.partition(table, { [PARTITION]: partition }).values()];
  }

  /** Returns the conditions that did not hold; nothing is written then. */
  write(writes: readonly TableWrite[]): readonly boolean[] {
    const before = writes.map((write) => this.get(write.TableName, write.Item ?? write.Key ?? {}));
    const failed = writes.map((write, index) => !holds(write, before[index]));
    if (failed.includes(true)) return failed;
    for (const [index, write] of writes.entries()) {
      const key = write.Item ?? write.Key ?? {};
      const item = write.Item ?? updated(write, before[index] ?? key);
      this.partition(write.TableName, key).set(this.sortKeyOf(write.TableName, key), item);
    }
    return failed;
  }

  private partition(table: string, key: Item): Map<string, Item> {
    const name = `${table} ${key[PARTITION]?.S}`;
    const known = this.partitions.get(name);
    if (known) return known;
    const partition = new Map<string, Item>();
    this.partitions.set(name, partition);
    return partition;
  }

  private sortKeyOf(table: string, key: Item): string {
    const sortKey = this.sortKeys[table];
    return sortKey === undefined ? '' : (key[sortKey]?.S ?? '');
  }
}
