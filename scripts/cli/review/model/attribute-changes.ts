import { blockIdentity } from '../secrets/block-identity';
import { parseEmbeddedJson } from '../secrets/embedded-json';
import { decodeBase64Text } from '../secrets/encoded-text';
import type { Marks, Masker } from '../secrets/masker';
import { maskName, SECRET } from '../secrets/secret-shapes';
import {
  canonicalText,
  isList,
  isObject,
  isSame,
  type JsonObject,
  type JsonValue,
  keysOf,
  property,
} from './json-value';
import { formatPath, type Path } from './path';

/** One difference between two values of a resource, without secrets. */
export interface AttributeChange {
  readonly path: string;
  /** Absent where there was nothing. */
  readonly before?: JsonValue;
  /** Absent where nothing is left, and where it is known after the apply only. */
  readonly after?: JsonValue;
  readonly isUnknown: boolean;
  /** The values differ in what is hidden. */
  readonly isSecret: boolean;
  /** Both sides as text of many lines, decoded where they were base64. */
  readonly text?: { readonly before: string; readonly after: string };
}

/** One side of a comparison: the value, and which parts of it the schema marks as sensitive. */
interface Side {
  readonly value: JsonValue | undefined;
  readonly marks: Marks;
}

/** Compares what a resource was with what it will be. */
export interface Comparison {
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
  readonly unknown: JsonValue | undefined;
  readonly beforeMarks: Marks;
  readonly afterMarks: Marks;
}

/**
 * Returns the differences, path by path. JSON in strings is compared as JSON, blocks of a list by what identifies them, and
 * other lists as sets: neither an order nor an index is a change.
 */
export function attributeChanges(comparison: Comparison, masker: Masker): readonly AttributeChange[] {
  const walk = new Walk(masker);
  walk.compare(
    { value: comparison.before, marks: comparison.beforeMarks },
    { value: comparison.after, marks: comparison.afterMarks },
    comparison.unknown,
    [],
  );
  return walk.found;
}

class Walk {
  readonly found: AttributeChange[] = [];

  constructor(private readonly masker: Masker) {}

  compare(before: Side, after: Side, unknown: JsonValue | undefined, path: Path): void {
    if (unknown === true) {
      this.add(before, { value: undefined, marks: after.marks }, path, true);
      return;
    }
    const [left, right] = [before.value, after.value];
    if (path.length > 0 && (before.marks === true || after.marks === true)) {
      if (!isSame(left, right)) this.add(before, after, path);
      return;
    }
    if (isObject(left) && isObject(right)) this.compareObjects(left, right, before, after, unknown, path);
    else if (path.length === 0 && (isObject(left) || isObject(right)))
      this.compareObjects(
        isObject(left) ? left : {},
        isObject(right) ? right : {},
        before,
        after,
        unknown,
        path,
      );
    else if (isList(left) && isList(right)) this.compareLists(left, right, before, after, unknown, path);
    // A policy may write a list of one as the one.
    else if (isList(left) && typeof right === 'string')
      this.compareLists(left, [right], before, after, unknown, path);
    else if (typeof left === 'string' && isList(right))
      this.compareLists([left], right, before, after, unknown, path);
    else if (typeof left === 'string' && typeof right === 'string')
      this.compareStrings(left, right, before, after, path);
    else if (!isSame(left, right) && !(isEmpty(left) && isEmpty(right))) this.add(before, after, path);
  }

  private compareObjects(
    left: JsonObject,
    right: JsonObject,
    before: Side,
    after: Side,
    unknown: JsonValue | undefined,
    path: Path,
  ): void {
    const unknownKeys = isObject(unknown) ? unknown : {};
    const known = keysOf(left, right);
    const unknownOnly = Object.keys(unknownKeys).filter(
      (key) => !Object.hasOwn(left, key) && !Object.hasOwn(right, key),
    );
    for (const key of [...known, ...unknownOnly]) {
      const [from, to, below] = [property(left, key), property(right, key), property(unknownKeys, key)];
      // Most attributes of most changes: nothing is to be walked.
      if (!holdsTrue(below) && isSame(from, to)) continue;
      this.compare(
        { value: from, marks: marksAt(before.marks, key) },
        { value: to, marks: marksAt(after.marks, key) },
        below,
        [...path, key],
      );
    }
  }

  private compareLists(
    left: readonly JsonValue[],
    right: readonly JsonValue[],
    before: Side,
    after: Side,
    unknown: JsonValue | undefined,
    path: Path,
  ): void {
    if (isSame(left, right) && !holdsTrue(unknown)) return;
    for (const pair of pairsOf(left, right, isList(unknown) ? unknown : [])) {
      const step =
        pair.identity === undefined ? (pair.after ?? pair.before ?? 0) : { identity: pair.identity };
      this.compare(
        sideAt(left, before.marks, pair.before),
        sideAt(right, after.marks, pair.after),
        isList(unknown) && pair.after !== undefined ? unknown[pair.after] : undefined,
        [...path, step],
      );
    }
  }

  private compareStrings(left: string, right: string, before: Side, after: Side, path: Path): void {
    if (left === right) return;
    const [leftJson, rightJson] = [parseEmbeddedJson(left), parseEmbeddedJson(right)];
    if (leftJson !== undefined && rightJson !== undefined) {
      const [marksBefore, marksAfter] = [before.marks, after.marks];
      this.compare(
        { value: leftJson, marks: marksBefore },
        { value: rightJson, marks: marksAfter },
        undefined,
        path.length === 0 ? ['value'] : path,
      );
      return;
    }
    const texts = [decodeBase64Text(left) ?? left, decodeBase64Text(right) ?? right] as const;
    const isLong = texts.some((text) => text.includes('\n'));
    if (!isLong || this.masker.mask('x', before.marks, path) !== 'x') {
      this.add(before, after, path);
      return;
    }
    const [textBefore, textAfter] = [this.masker.maskText(texts[0]), this.masker.maskText(texts[1])];
    this.found.push({
      path: maskName(formatPath(path)),
      before: sideOfText(left, texts[0], textBefore),
      after: sideOfText(right, texts[1], textAfter),
      isUnknown: false,
      isSecret: textBefore === textAfter,
      text: { before: textBefore, after: textAfter },
    });
  }

  private add(before: Side, after: Side, path: Path, isUnknown = false): void {
    const hidden = before.marks === true || after.marks === true;
    const shownBefore = this.masker.mask(before.value, hidden || before.marks, path);
    const shownAfter = this.masker.mask(after.value, hidden || after.marks, path);
    this.found.push({
      path: maskName(formatPath(path)),
      ...(before.value !== undefined && before.value !== null && { before: shownBefore }),
      ...(after.value !== undefined && after.value !== null && { after: shownAfter }),
      isUnknown,
      isSecret: hidden || (!isUnknown && isSame(shownBefore, shownAfter)),
    });
  }
}

interface Pair {
  readonly before?: number;
  readonly after?: number;
  readonly identity?: string;
}

/** Puts together what belongs together in two lists; what is the same on both sides and known is left out. */
function pairsOf(
  left: readonly JsonValue[],
  right: readonly JsonValue[],
  unknown: readonly JsonValue[],
): readonly Pair[] {
  const byIdentity = pairsByIdentity(left, right);
  if (byIdentity !== undefined) return byIdentity;
  const waiting = new Map<string, number[]>();
  left.forEach((item, index) => {
    const text = canonicalText(item);
    waiting.set(text, [...(waiting.get(text) ?? []), index]);
  });
  const added: number[] = [];
  const partlyUnknown: Pair[] = [];
  right.forEach((item, index) => {
    const same = waiting.get(canonicalText(item))?.shift();
    if (same === undefined) added.push(index);
    else if (holdsTrue(unknown[index])) partlyUnknown.push({ before: same, after: index });
  });
  const removed = [...waiting.values()].flat().sort((first, second) => first - second);
  if (left.length === right.length && removed.length === added.length)
    return [
      ...partlyUnknown,
      ...removed.map((before, at) => ({ before, ...(added[at] !== undefined && { after: added[at] }) })),
    ];
  return [...partlyUnknown, ...removed.map((before) => ({ before })), ...added.map((after) => ({ after }))];
}

function pairsByIdentity(
  left: readonly JsonValue[],
  right: readonly JsonValue[],
): readonly Pair[] | undefined {
  const [before, after] = [identities(left), identities(right)];
  if (before === undefined || after === undefined || (before.size === 0 && after.size === 0))
    return undefined;
  return [...new Set([...before.keys(), ...after.keys()])].map((identity) => {
    const [from, to] = [before.get(identity), after.get(identity)];
    return { identity, ...(from !== undefined && { before: from }), ...(to !== undefined && { after: to }) };
  });
}

/** Identity of each block and its index; undefined where one has none or two share one. */
function identities(blocks: readonly JsonValue[]): ReadonlyMap<string, number> | undefined {
  const found = new Map<string, number>();
  for (const [index, block] of blocks.entries()) {
    const identity = isObject(block) ? blockIdentity(block) : undefined;
    if (identity === undefined || found.has(identity)) return undefined;
    found.set(identity, index);
  }
  return found;
}

/** Returns a value beside its decoded and masked text: base64 is shown whole or not at all. */
function sideOfText(value: string, decoded: string, masked: string): string {
  if (decoded === value) return masked;
  return decoded === masked ? value : SECRET;
}

function sideAt(list: readonly JsonValue[], marks: Marks, index: number | undefined): Side {
  if (index === undefined) return { value: undefined, marks: undefined };
  return { value: list[index], marks: isList(marks) ? marks[index] : undefined };
}

function marksAt(marks: Marks, key: string): Marks {
  return marks === true ? true : isObject(marks) ? property(marks, key) : undefined;
}

function holdsTrue(unknown: JsonValue | undefined): boolean {
  if (unknown === true) return true;
  if (isList(unknown)) return unknown.some(holdsTrue);
  return isObject(unknown) && Object.values(unknown).some(holdsTrue);
}

/** Providers write nothing as null, as an empty text, list or object; none of them is a change of another. */
function isEmpty(value: JsonValue | undefined): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (isList(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  );
}
