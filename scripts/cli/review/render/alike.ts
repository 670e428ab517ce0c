import type { ResourceReview } from '../model/stack-review';

/** Fewer alike changes are as quickly read one by one. */
const MIN_ALIKE = 3;
/** Objects with more differences are never quite alike. */
const MAX_ATTRIBUTES = 25;

/** Several changes that say the same, or one. */
export type Alike = readonly [ResourceReview, ...ResourceReview[]];

/** Returns the changes with those together that say the same of several objects, in the order of the first of each. */
export function alikeTogether(
  changes: readonly ResourceReview[],
  keyOf: (change: ResourceReview) => string = exactKey,
): readonly Alike[] {
  const roughly = new Map<string, [ResourceReview, ...ResourceReview[]]>();
  for (const change of changes) add(roughly, roughKey(change, keyOf === exactKey), change);
  const groups = new Map<string, [ResourceReview, ...ResourceReview[]]>();
  for (const [rough, candidates] of roughly)
    for (const change of candidates) {
      // What a change says as text takes time to write, and most changes are alone.
      const isAlone = candidates.length < MIN_ALIKE || !canBeAlike(change);
      add(groups, isAlone ? change.address + (change.deposed ?? '') : `${rough}\n${keyOf(change)}`, change);
    }
  const position = new Map(changes.map((change, index) => [change, index]));
  return [...groups.values()]
    .flatMap((group) => (group.length < MIN_ALIKE ? group.map((change): Alike => [change]) : [group]))
    .sort(([left], [right]) => (position.get(left) ?? 0) - (position.get(right) ?? 0));
}

function add(
  groups: Map<string, [ResourceReview, ...ResourceReview[]]>,
  key: string,
  change: ResourceReview,
): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, [change]);
  else known.push(change);
}

/** An update of attributes that every type has, such as tags, is the same for all types. */
function roughKey({ type, action, rank, attributes, meaning }: ResourceReview, isExact: boolean): string {
  const kind = action.kind === 'update' && meaning.length === 0 ? '' : type;
  const shape = isExact ? [attributes.length, attributes[0]?.path ?? ''] : [];
  return [kind, action.kind, rank, ...shape].join('\n');
}

function canBeAlike({
  attributes,
  previousAddress,
  importId,
  deposed,
  toolFindings,
}: ResourceReview): boolean {
  return (
    previousAddress === undefined &&
    importId === undefined &&
    deposed === undefined &&
    toolFindings.length === 0 &&
    attributes.length <= MAX_ATTRIBUTES &&
    attributes.every(({ text }) => text === undefined)
  );
}

/** The same loss for the same reason, whatever the objects are called. */
export function lossKey({
  type,
  action,
  reason,
  replacePaths,
  meaning,
  findings,
  consequence,
}: ResourceReview): string {
  return JSON.stringify([type, action, reason, replacePaths, meaning, findings, consequence]);
}

function exactKey({ action, reason, replacePaths, attributes, meaning, findings }: ResourceReview): string {
  return JSON.stringify([action, reason, replacePaths, attributes, meaning, findings]);
}
