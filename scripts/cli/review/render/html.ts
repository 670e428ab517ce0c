import type { AttributeChange } from '../model/attribute-changes';
import { displayText } from '../model/json-value';
import {
  COUNT_NAMES,
  changesStateOnly,
  EYES_RANK,
  hasAnything,
  needsEyes,
  type ResourceReview,
  type StackReview,
} from '../model/stack-review';
import { type Alike, alikeTogether, lossKey } from './alike';
import { html } from './foreign-text';
import { drift } from './html-drift';
import { code, list, TO } from './html-elements';
import { STYLE } from './html-style';
import type { Review } from './review';
import { type TaggedStack, withSharedTagsOnce } from './shared-tags';
import { textDiff } from './text-diff';
import {
  causesOf,
  checkVerb,
  countsText,
  FORM_ONLY,
  incompleteText,
  lossOf,
  redactedText,
  saysNothing,
  sidesOf,
  signOf,
  untoldAttributes,
  verbOf,
} from './words';

/** A page of a huge plan still opens in a browser: attributes past this number are left out, which is said. */
const MAX_ATTRIBUTES = 200;
const MAX_DIFF_LINES = 2_000;
const MAX_ADDRESSES = 20;
const MAX_CAUSES = 5;

/** Returns the review as one HTML page: no script, nothing loaded from anywhere. */
export function renderHtml(review: Review): string {
  const touched = review.stacks.filter(hasAnything).map(withSharedTagsOnce);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>Plan review</title><style>${STYLE}</style></head><body>
<h1>Plan review</h1>
${verdict(review)}
${table(review.stacks, touched)}
${eyes(touched)}
${touched.map((stack) => stackPart(stack, touched.length === 1)).join('\n')}
<p>Fingerprint: <code>${review.fingerprint}</code></p>
</body></html>
`;
}

function verdict({ policy, expectation, needPlan, stacks }: Review): string {
  const lines: string[] = [];
  if (stacks.some(({ source }) => source === 'configuration'))
    lines.push('From the configuration alone, without credentials: a replacement looks like a change.');
  const redacted = redactedText(stacks);
  if (redacted !== undefined) lines.push(html(redacted));
  if (needPlan !== undefined)
    lines.push(
      needPlan.length === 0
        ? 'No stack needs a plan.'
        : `Stacks that need a plan: ${needPlan.map(code).join(', ')}`,
    );
  if (expectation !== undefined)
    lines.push(
      expectation.isSame
        ? 'This plan is the one that was reviewed.'
        : `<b class="loss">This plan is not the one that was reviewed</b>: expected ${code(expectation.expected)}.`,
      ...expectation.differences.map((difference) => html(difference)),
    );
  for (const { kind, stack, address, sentence } of policy?.violations ?? [])
    lines.push(`<b>Policy ${kind}</b>: ${code(address)} in ${code(stack)}: ${html(sentence)}`);
  for (const { finding, exception } of policy?.expired ?? [])
    lines.push(
      `The exception for ${code(finding.address)} (${finding.kind}) expired on ${html(exception.expires)}: ${html(exception.reason)}`,
    );
  for (const { finding, exception } of policy?.excepted ?? [])
    lines.push(
      `Allowed until ${html(exception.expires)}: ${finding.kind} of ${code(finding.address)}, since ${html(exception.reason)}`,
    );
  return list(lines);
}

function table(all: readonly StackReview[], touched: readonly StackReview[]): string {
  const rest = all.length - touched.length;
  const restText = rest === 0 ? '' : `<p>${rest} ${rest === 1 ? 'stack has' : 'stacks have'} no changes.</p>`;
  if (touched.length === 0) return restText;
  const head = ['stack', ...COUNT_NAMES, 'needs eyes'].map((name) => `<th>${name}</th>`).join('');
  const rows = touched.map((stack) => {
    const cells = [...COUNT_NAMES.map((name) => stack.counts[name] || ''), needsEyes(stack).length || ''];
    return `<tr><td>${code(stack.name)}</td>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<div class="wide"><table><tr>${head}</tr>${rows.join('')}</table></div>${restText}`;
}

function eyes(stacks: readonly StackReview[]): string {
  const groups = stacks
    .flatMap((stack) => alikeTogether(needsEyes(stack), lossKey).map((alike) => ({ alike, stack })))
    .sort((left, right) => left.alike[0].rank - right.alike[0].rank);
  const lines = [...stacks.flatMap(warnings), ...groups.map(({ alike, stack }) => eyesLine(alike, stack))];
  return lines.length === 0 ? '' : `<h2>What needs eyes</h2><div class="eyes">${list(lines)}</div>`;
}

/** What is true of a stack as a whole and has to be known before an apply. */
function warnings(stack: StackReview): readonly string[] {
  return [
    ...(stack.isErrored
      ? [`<b>The plan ${code(stack.name)} failed</b>: this is what was planned before the error`]
      : []),
    ...(stack.isComplete
      ? []
      : [`<b>The plan ${code(stack.name)} is not complete</b>: ${incompleteText(stack)}`]),
    ...stack.failingChecks.map(
      ({ name, status, messages }) =>
        `<b>Check ${checkVerb(status)}</b> in ${code(stack.name)}: ${[name, ...messages].map(code).join(', ')}`,
    ),
  ];
}

function eyesLine(alike: Alike, stack: StackReview): string {
  const [change] = alike;
  const loss = lossOf(change);
  const verb = html(verbOf(change));
  const text =
    loss === undefined
      ? verb
      : `<span class="loss">${html(loss)}</span>${verb === 'deleted' ? '' : ` (${verb})`}`;
  const isSame = alike.every((other) => list(causes(other)) === list(causes(change)));
  const reasons = isSame
    ? why(change)
    : list([
        ...(change.reason === undefined ? [] : [html(change.reason)]),
        ...causesOfEach(alike),
        ...change.meaning.map((sentence) => html(sentence)),
      ]);
  const which =
    isSame && alike.length <= MAX_ADDRESSES ? inARow(alike) : `${alike.length} alike ${code(change.type)}`;
  const folded = isSame && alike.length > MAX_ADDRESSES ? foldedAddresses(alike) : '';
  return `${which} in ${code(stack.name)}: ${text}${reasons}${folded}`;
}

function inARow(alike: Alike): string {
  const constructs = new Set(alike.map(({ constructPath }) => constructPath));
  return alike
    .map(({ address, constructPath }) =>
      constructs.size > 1 && constructPath !== undefined
        ? `${code(address)} (construct ${code(constructPath)})`
        : code(address),
    )
    .join(', ');
}

function causesOfEach(alike: Alike): readonly string[] {
  const lines = alike.map((change) => code(change.address) + list(causes(change)));
  return alike.length <= MAX_ADDRESSES
    ? lines
    : [`<details><summary>each for a reason of its own</summary>${list(lines)}</details>`];
}

/** What is said of hundreds of objects stands before their addresses. */
function foldedAddresses(alike: Alike): string {
  return `<details><summary>which</summary>${inARow(alike)}</details>`;
}

function why(change: ResourceReview): string {
  return list([
    ...(change.reason === undefined ? [] : [html(change.reason)]),
    ...causes(change),
    ...change.meaning.map((sentence) => html(sentence)),
  ]);
}

/** The attributes for which an object is replaced. */
function causes(change: ResourceReview): readonly string[] {
  const shown = causesOf(change);
  const silent = change.replacePaths.filter((cause) => !shown.some(({ path }) => path.startsWith(cause)));
  return [
    ...shown.slice(0, MAX_CAUSES).map((cause) => attribute(cause)),
    ...silent.slice(0, MAX_CAUSES).map((path) => `because of ${code(path)}`),
  ];
}

function stackPart(stack: TaggedStack, isOpen: boolean): string {
  const stateOnly = changesStateOnly(stack)
    ? '<p><b>Nothing in the account changes, and yet an apply is needed</b>: only the state is brought up to date.</p>'
    : '';
  return `<details${isOpen ? ' open' : ''}><summary>${code(stack.name)}: ${countsText(stack.counts)}</summary>
${stateOnly}${list(alikeTogether(stack.changes).map(changePart))}${list(otherLines(stack))}${drift(stack)}</details>`;
}

function changePart(alike: Alike): string {
  const [change] = alike;
  const isOne = alike.length === 1;
  const constructs = new Set(alike.map(({ constructPath }) => constructPath));
  const parts = [
    `<code>${html(signOf(change.action))}</code> ${isOne ? code(change.address) : `${alike.length} alike`} ${html(verbOf(change))}`,
    ...(change.previousAddress === undefined ? [] : [`moved from ${code(change.previousAddress)}`]),
    ...(change.importId === undefined ? [] : [`imported as ${code(change.importId)}`]),
    ...(change.hasGeneratedConfig ? ['its configuration was generated and is not committed yet'] : []),
    ...(change.constructPath === undefined || constructs.size > 1
      ? []
      : [`construct ${code(change.constructPath)}`]),
  ].join('; ');
  const isShort = alike.length <= MAX_ADDRESSES;
  const which = isOne || !isShort ? '' : `: ${inARow(alike)}`;
  const folded = isShort ? '' : foldedAddresses(alike);
  return `${parts}${which}${change.rank <= EYES_RANK ? '' : why(change)}${folded}${attributesPart(change)}`;
}

/** Why it needs eyes, and for what it is replaced, is told before. */
function attributesPart(change: ResourceReview): string {
  const told = new Set(causesOf(change).slice(0, MAX_CAUSES));
  const rest = untoldAttributes(change).filter((each) => !told.has(each));
  const shown = rest.slice(0, MAX_ATTRIBUTES);
  const left = rest.length - shown.length;
  const tools = change.toolFindings.map(
    ({ tool, rule, level, message }) => `${level} of ${code(tool)} ${code(rule)}: ${html(message)}`,
  );
  const lines = [
    ...shown.map((each) => attribute(each, change.action.kind === 'create')),
    ...(left > 0 ? [`and ${left} more attributes`] : []),
    ...(saysNothing(change) ? [FORM_ONLY] : []),
    ...tools,
  ];
  return lines.length === 0 ? '' : `<details><summary>attributes</summary>${list(lines)}</details>`;
}

function attribute(change: AttributeChange, isCreated = false): string {
  if (change.isSecret) return `${code(change.path)}: (sensitive)${isCreated ? '' : ', its value changes'}`;
  if (change.text !== undefined) {
    const lines = textDiff(change.text.before, change.text.after, MAX_DIFF_LINES).map(diffLine);
    return `${code(change.path)}:<pre>${lines.join('\n')}</pre>`;
  }
  const { before, after } = sidesOf(change);
  return `${code(change.path)}: ${isCreated ? '' : `${code(before)} ${TO} `}${code(after)}`;
}

function diffLine(line: string): string {
  const kind = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined;
  return kind === undefined ? html(line) : `<span class="${kind}">${html(line)}</span>`;
}

function otherLines(stack: TaggedStack): readonly string[] {
  return [
    ...stack.sharedTags.map(({ tag, objects }) => `on ${objects} objects ${attribute(tag)}`),
    ...stack.churn.map(
      ({ from, to }) =>
        `${code(from)} is deleted and ${code(to)} is created with the same attributes: a moved block keeps the object<pre>moved {
  from = ${html(from)}
  to   = ${html(to)}
}</pre>in CDKTF, on the construct that is at the new place: ${code(`resource.moveFromId(${JSON.stringify(from)})`)}`,
    ),
    ...stack.outputs.map(({ name, action, before, after, isSensitive, isUnknown }) => {
      const to = isUnknown ? '(known after apply)' : after === undefined ? '(none)' : displayText(after);
      const from = before === undefined ? '(none)' : displayText(before);
      return `output ${code(name)} (${action}): ${isSensitive ? '(sensitive)' : `${code(from)} ${TO} ${code(to)}`}`;
    }),
    ...stack.deferred.map(
      ({ address, reason }) => `deferred to the next plan: ${code(address)}, ${html(reason)}`,
    ),
    ...stack.actionInvocations.map((address) => `action invoked: ${code(address)}`),
    ...(stack.configurationBlocks ?? []).map((block) => `configuration of ${code(block)} changes`),
    ...stack.toolFindings.map(
      ({ tool, rule, level, message, location }) =>
        `${level} of ${code(tool)} ${code(rule)}${location === undefined ? '' : ` at ${code(location)}`}: ${html(message)}`,
    ),
  ];
}
