import type { AttributeChange } from '../model/attribute-changes';
import { displayText } from '../model/json-value';
import type { ResourceReview } from '../model/stack-review';
import { codeBlock, codeSpan, visible } from './foreign-text';
import { textDiff } from './text-diff';
import { sidesOf, untoldAttributes } from './words';

const MAX_ATTRIBUTES = 25;
const MAX_DIFF_LINES = 60;

/** Returns a line for each attribute that changes, but for those it is replaced for: they are told with the reason. */
export function attributeLines(change: ResourceReview): string {
  const { action, replacePaths } = change;
  if (action.kind === 'read') return '';
  const shown = untoldAttributes(change).filter(
    ({ path }) => !replacePaths.some((cause) => path.startsWith(cause)),
  );
  const known = shown.filter(({ isUnknown }) => !isUnknown);
  const unknown = shown.filter(({ isUnknown }) => isUnknown).map(({ path }) => path);
  const lines =
    action.kind === 'create'
      ? known.slice(0, MAX_ATTRIBUTES).map(createdLine)
      : known.slice(0, MAX_ATTRIBUTES).map(attributeLine);
  if (known.length > MAX_ATTRIBUTES) lines.push(`  - and ${known.length - MAX_ATTRIBUTES} more attributes\n`);
  if (unknown.length > 0)
    lines.push(
      `  - known after apply: ${unknown
        .slice(0, 10)
        .map((path) => codeSpan(path, 120))
        .join(', ')}\n`,
    );
  return lines.join('');
}

function createdLine({ path, after, isSecret }: AttributeChange): string {
  return `  - ${codeSpan(path, 120)}: ${isSecret ? '(sensitive)' : codeSpan(displayText(after), 200)}\n`;
}

/** Returns the line of an attribute, old and new; a text of several lines as a diff. */
export function attributeLine(change: AttributeChange): string {
  const { path, isSecret, text } = change;
  if (isSecret) return `  - ${codeSpan(path, 120)}: (sensitive), its value changes\n`;
  if (text !== undefined) {
    const lines = textDiff(text.before, text.after, MAX_DIFF_LINES).map(visible);
    const block = codeBlock(lines, 'diff').replace(/^/gm, '    ');
    return `  - ${codeSpan(path, 120)}:\n\n${block}\n`;
  }
  const { before, after } = sidesOf(change);
  return `  - ${codeSpan(path, 120)}: ${codeSpan(before)} -> ${codeSpan(after)}\n`;
}
