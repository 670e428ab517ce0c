import type { AttributeChange } from '../model/attribute-changes';
import type { ResourceReview, StackReview } from '../model/stack-review';

/** On fewer objects a tag is as quickly read at each. */
const MIN_OBJECTS = 5;

/** A tag that changes alike on many objects. */
export interface SharedTag {
  readonly tag: AttributeChange;
  readonly objects: number;
}

/** A stack whose shared tags are told once. */
export interface TaggedStack extends StackReview {
  readonly sharedTags: readonly SharedTag[];
}

/** Takes tags that change alike on many objects, as those of the provider do, out of each that has more to say. */
export function withSharedTagsOnce(stack: StackReview): TaggedStack {
  const found = new Map<string, { readonly tag: AttributeChange; objects: number; withMore: number }>();
  for (const change of stack.changes)
    for (const tag of change.attributes.filter(isTag)) {
      const known = found.get(keyOf(tag)) ?? { tag, objects: 0, withMore: 0 };
      known.objects += 1;
      if (hasMore(change)) known.withMore += 1;
      found.set(keyOf(tag), known);
    }
  const shared = new Map([...found].filter(([, { withMore }]) => withMore >= MIN_OBJECTS));
  if (shared.size === 0) return { ...stack, sharedTags: [] };
  const changes = stack.changes.map((change) =>
    hasMore(change)
      ? {
          ...change,
          attributes: change.attributes.filter((each) => !isTag(each) || !shared.has(keyOf(each))),
        }
      : change,
  );
  return { ...stack, changes, sharedTags: [...shared.values()] };
}

function hasMore({ action, attributes }: ResourceReview): boolean {
  return action.kind === 'replace' || (action.kind === 'update' && !attributes.every(isTag));
}

function isTag({ path, isSecret, isUnknown }: AttributeChange): boolean {
  return path.startsWith('tags_all.') && !isSecret && !isUnknown;
}

function keyOf({ path, before, after }: AttributeChange): string {
  return JSON.stringify([path, before, after]);
}
