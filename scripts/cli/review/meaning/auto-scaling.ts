import { displayText } from '../model/json-value';
import { type Meaning, type MeaningContext, NO_MEANING, sentencesOnly } from './context';
import { instancesOf, startsRefresh } from './launch-template';

const BOUNDS: Readonly<Record<string, string>> = {
  min_size: 'at least',
  max_size: 'at most',
  desired_capacity: 'wanted now',
};

/** Bounds of a group, its warm pool, and whether its instances are replaced. */
export function autoScalingMeaning({ type, action, attributes, entry }: MeaningContext): Meaning {
  if (type !== 'aws_autoscaling_group' || action.kind !== 'update') return NO_MEANING;
  const sentences = attributes.flatMap(({ path, before, after }) => {
    const bound = Object.hasOwn(BOUNDS, path) ? BOUNDS[path] : undefined;
    if (bound !== undefined && after !== undefined)
      return [`instances ${bound}: ${displayText(before)} -> ${displayText(after)}`];
    const pool = /^warm_pool\[0\]\.(.+)$/.exec(path)?.[1];
    if (pool !== undefined) return [`warm pool ${pool}: ${displayText(before)} -> ${displayText(after)}`];
    if (path === 'warm_pool[0]')
      return [
        after === undefined ? 'the warm pool goes: every start waits for a boot' : 'a warm pool is added',
      ];
    return [];
  });
  if (startsRefresh(entry)) sentences.push(`an instance refresh replaces ${instancesOf(entry)}`);
  else if (
    attributes.some(
      ({ path }) => path.startsWith('launch_template') || path.startsWith('mixed_instances_policy'),
    )
  )
    sentences.push('no instance refresh: instances that run stay as they are');
  return sentencesOnly(sentences);
}
