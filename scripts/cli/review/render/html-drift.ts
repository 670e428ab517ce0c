import { displayText } from '../model/json-value';
import { type DriftGroup, onlyApparentDrift, type StackReview, visibleDrift } from '../model/stack-review';
import { code, list, TO } from './html-elements';
import { APPARENT_DRIFT, driftText } from './words';

const MAX_ADDRESSES = 20;

/** Returns what was changed outside of Terraform, folded: it is apart from what the plan does. */
export function drift(stack: StackReview): string {
  const apparent = onlyApparentDrift(stack.drift);
  const notes =
    apparent.length === 0
      ? ''
      : `<details><summary>${apparent.length} ${apparent.length === 1 ? 'object' : 'objects'} ${APPARENT_DRIFT}</summary>${list(apparent.map(code))}</details>`;
  const lines = [
    ...visibleDrift(stack.drift).map(
      (group) => `${addresses(group.addresses)}${driftValues(group)} (${driftText(group)})`,
    ),
    ...stack.drift.moves.map(({ from, to }) => `moved in the state: ${code(from)} ${TO} ${code(to)}`),
  ];
  if (lines.length === 0) return notes;
  const count = stack.drift.objects - apparent.length;
  const title = `Drift: ${count} ${count === 1 ? 'object was' : 'objects were'} changed outside of Terraform`;
  return `<details><summary>${title}</summary>${list(lines)}</details>${notes}`;
}

function driftValues({ path, before, after, planned, outcome }: DriftGroup): string {
  if (path === undefined) return '';
  const third = outcome === 'neither' ? `, planned ${code(displayText(planned))}` : '';
  return ` ${code(path)}: ${code(displayText(before))} ${TO} ${code(displayText(after))}${third}`;
}

function addresses(all: readonly string[]): string {
  const more = all.length - MAX_ADDRESSES;
  return all.slice(0, MAX_ADDRESSES).map(code).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
