/** The addresses of a stack, kept as a snapshot: one that changes makes Terraform destroy and create what it names. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Configuration } from './terraform-cli';

/** `type.name` of everything the stack holds, sorted; data sources begin with `data.`. */
export function addressesOf({ resource = {}, data = {} }: Configuration): readonly string[] {
  function list(kind: string, types: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
    return Object.entries(types).flatMap(([type, named]) =>
      Object.keys(named).map((name) => `${kind}${type}.${name}`),
    );
  }
  return [...list('', resource), ...list('data.', data)].sort();
}

/** Difference between two lists of addresses. */
export interface AddressChange {
  /** Same type, another name: without a moved block the resource is destroyed and created anew. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function compareAddresses(before: readonly string[], after: readonly string[]): AddressChange {
  const removed = before.filter((address) => !after.includes(address));
  const added = after.filter((address) => !before.includes(address));
  const renamed: { from: string; to: string }[] = [];
  for (const from of removed) {
    const candidates = added.filter(
      (to) => typeOf(to) === typeOf(from) && !renamed.some((pair) => pair.to === to),
    );
    const to = candidates.sort((left, right) => commonLetters(right, from) - commonLetters(left, from))[0];
    if (to !== undefined) renamed.push({ from, to });
  }
  return {
    renamed,
    added: added.filter((address) => !renamed.some(({ to }) => to === address)),
    removed: removed.filter((address) => !renamed.some(({ from }) => from === address)),
  };
}

/** Returns the change as text, with what to do about it; empty when nothing changed. */
export function describeChange({ renamed, added, removed }: AddressChange): string {
  if (renamed.length + added.length + removed.length === 0) return '';
  const moves = renamed.map(({ from, to }) => JSON.stringify({ from, to }));
  return [
    ...renamed.map(({ from, to }) => `renamed: ${from} -> ${to} (it would be destroyed and created anew)`),
    ...(renamed.length > 0
      ? [`to keep what is deployed, add to the stack: this.addOverride('moved', [${moves.join(', ')}]);`]
      : []),
    ...removed.map((address) => `removed: ${address} (it would be destroyed)`),
    ...added.map((address) => `added: ${address}`),
    'Meant so? UPDATE_ADDRESSES=1 npm run test:terraform writes the new list; commit it with the change.',
  ].join('\n');
}

/** Compares with the committed list; `UPDATE_ADDRESSES=1` writes it first. Returns the change as text. */
export function checkAddresses(snapshotPath: string, addresses: readonly string[]): string {
  if (process.env['UPDATE_ADDRESSES'] === '1')
    writeFileSync(snapshotPath, `${JSON.stringify(addresses, undefined, 2)}\n`);
  return describeChange(compareAddresses(readSnapshot(snapshotPath), addresses));
}

function readSnapshot(path: string): readonly string[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}

function typeOf(address: string): string {
  return address.slice(0, address.lastIndexOf('.'));
}

/** Length of the common beginning: a rename deep in the tree keeps most of it. */
function commonLetters(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return length;
}
