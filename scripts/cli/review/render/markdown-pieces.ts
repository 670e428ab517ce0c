import type { AttributeChange } from '../model/attribute-changes';
import { nounOf } from '../model/consequences';
import { displayText } from '../model/json-value';
import {
  type Churn,
  type DriftGroup,
  EYES_RANK,
  type OutputReview,
  onlyApparentDrift,
  type ResourceReview,
  type StackReview,
  type ToolFinding,
  visibleDrift,
} from '../model/stack-review';
import { type Alike, alikeTogether, lossKey } from './alike';
import type { Piece } from './budget';
import { codeBlock, codeSpan, plainMarkdown, visible } from './foreign-text';
import { attributeLine, attributeLines } from './markdown-attributes';
import type { TaggedStack } from './shared-tags';
import {
  APPARENT_DRIFT,
  causesOf,
  driftText,
  FORM_ONLY,
  lossOf,
  saysNothing,
  sidesOf,
  signOf,
  verbOf,
} from './words';

const MAX_ADDRESSES = 5;

/** Changes among those that need eyes: what they do to people first, then why. */
export function importantPieces(
  stack: StackReview,
  changes: readonly ResourceReview[],
  isOne: boolean,
): readonly Piece[] {
  return alikeTogether(changes, lossKey).map((alike) =>
    importantPiece(stack, alike, isOne ? undefined : stack.name),
  );
}

function importantPiece({ churn }: StackReview, alike: Alike, stack: string | undefined): Piece {
  const [change] = alike;
  const where = stack === undefined ? '' : ` in ${codeSpan(stack, 100)}`;
  const loss = lossOf(change);
  const lead = change.consequence?.kind === 'data' ? '**data is lost**, ' : '';
  const verb = plainMarkdown(verbOf(change));
  const what = loss === undefined ? verb : `${plainMarkdown(loss)}${verb === 'deleted' ? '' : ` (${verb})`}`;
  const again = churn.find(({ from }) => from === change.address);
  const keeping =
    again === undefined
      ? ''
      : `  - the same is created as ${codeSpan(again.to)}: a \`moved\` block keeps the object, see below\n`;
  function head(which: string): string {
    return `- ${lead}${which}${where}: ${what}\n`;
  }
  const all = alike.map(({ address }) => address);
  const short = head(addressesText(all, MAX_ADDRESSES));
  function full(): string {
    const reasons = alikeReasons(alike);
    const below = keeping + reasons.text + sentenceLines(change);
    if (alike.length <= MAX_ADDRESSES) return short + below;
    // What is said of many objects stands before their addresses.
    const which = reasons.nameEach ? '' : `  - which: ${addressesText(all, all.length)}\n`;
    return head(`${alike.length} alike ${codeSpan(change.type)}`) + below + which;
  }
  return { rank: change.rank, short, full };
}

/** Why several objects are replaced: once where it is the same for all, else for each what is different of it. */
function alikeReasons([first, ...others]: Alike): { readonly text: string; readonly nameEach: boolean } {
  const shared = reasonLines(first);
  if (others.every((other) => reasonLines(other) === shared)) return { text: shared, nameEach: false };
  const reason = first.reason === undefined ? '' : `  - ${plainMarkdown(first.reason)}\n`;
  const each = [first, ...others].map(
    (change) =>
      `  - ${codeSpan(change.address)}:\n${causesOf(change).slice(0, 5).map(attributeLine).join('').replace(/^/gm, '  ').trimEnd()}\n`,
  );
  return { text: reason + each.join(''), nameEach: true };
}

function reasonLines(change: ResourceReview): string {
  const causes = causesOf(change);
  const named = new Set(causes.map(({ path }) => path));
  const silent = change.replacePaths.filter((cause) => ![...named].some((path) => path.startsWith(cause)));
  return [
    ...(change.reason === undefined ? [] : [`  - ${plainMarkdown(change.reason)}\n`]),
    ...causes.slice(0, 5).map((cause) => attributeLine(cause)),
    ...silent.slice(0, 5).map((path) => `  - because of ${codeSpan(path)}\n`),
  ].join('');
}

function sentenceLines({ meaning, findings }: ResourceReview): string {
  const further = findings.filter(
    ({ kind, sentence }) =>
      (kind === 'public' || kind === 'iam-wider') && !meaning.some((told) => saysTheSame(told, sentence)),
  );
  return [...meaning, ...further.map(({ sentence }) => sentence)]
    .map((sentence) => `  - ${plainMarkdown(sentence)}\n`)
    .join('');
}

/** A finding about a permission repeats the sentence that describes it. */
function saysTheSame(told: string, finding: string): boolean {
  const described = /(?:grants more|lets everybody in): (.*)$/.exec(finding)?.[1];
  return told === finding || (described !== undefined && told.includes(described));
}

/** Every change of a stack, the most important first; those that say the same together. */
export function changePieces(stack: StackReview): readonly Piece[] {
  return alikeTogether(stack.changes).map((alike) =>
    alike.length === 1 ? changePiece(alike[0]) : alikePiece(alike),
  );
}

function alikePiece(alike: Alike): Piece {
  const [change] = alike;
  const constructs = new Set(alike.map(({ constructPath }) => constructPath));
  const own = constructs.size === 1 ? partsOf(change) : '';
  function head(maxAddresses: number): string {
    const named = alike
      .slice(0, maxAddresses)
      .map(({ address, constructPath }) =>
        constructs.size === 1 || constructPath === undefined
          ? codeSpan(address)
          : `${codeSpan(address)} (construct ${codeSpan(constructPath)})`,
      )
      .join(', ');
    const more = alike.length > maxAddresses ? ` and ${alike.length - maxAddresses} more` : '';
    return `- \`${signOf(change.action)}\` ${alike.length} alike ${plainMarkdown(verbOf(change))}: ${named}${more}${own}\n`;
  }
  return { rank: change.rank, short: head(2), full: () => head(alike.length) + belowOf(change) };
}

function changePiece(change: ResourceReview): Piece {
  const short = `- \`${signOf(change.action)}\` ${codeSpan(change.address)} ${plainMarkdown(verbOf(change))}${partsOf(change)}\n`;
  return {
    rank: change.rank,
    short,
    full: () => short + belowOf(change) + toolLines(change.toolFindings),
  };
}

/** Why it needs eyes is told above. */
function belowOf(change: ResourceReview): string {
  const why = change.rank <= EYES_RANK ? '' : reasonLines(change) + sentenceLines(change);
  return why + attributeLines(change) + (saysNothing(change) ? `  - ${FORM_ONLY}\n` : '');
}

function partsOf(change: ResourceReview): string {
  return [
    change.previousAddress === undefined ? '' : `; moved from ${codeSpan(change.previousAddress)}`,
    change.importId === undefined ? '' : `; imported as ${codeSpan(change.importId)}`,
    change.hasGeneratedConfig ? '; its configuration was generated and is not committed yet' : '',
    change.constructPath === undefined ? '' : `; construct ${codeSpan(change.constructPath)}`,
  ].join('');
}

function toolLines(findings: readonly ToolFinding[]): string {
  return findings
    .map(
      ({ tool, rule, level, message }) =>
        `  - ${level} of ${codeSpan(tool, 60)} ${codeSpan(rule, 100)}: ${plainMarkdown(message)}\n`,
    )
    .join('');
}

function tagText(tag: AttributeChange): string {
  const { before, after } = sidesOf(tag);
  return `${codeSpan(tag.path, 120)}: ${codeSpan(before)} -> ${codeSpan(after)}`;
}

/** Tags of many objects, outputs, churn, deferred changes, action invocations, findings at no resource. */
export function otherPieces(stack: TaggedStack): readonly Piece[] {
  return [
    ...stack.sharedTags.map(({ tag, objects }) => line(5, `on ${objects} objects ${tagText(tag)}`)),
    ...stack.churn.map(churnPiece),
    ...stack.outputs.map(outputPiece),
    ...stack.deferred.map(({ address, reason }) =>
      line(5, `deferred to the next plan: ${codeSpan(address)}, ${plainMarkdown(reason)}`),
    ),
    ...stack.actionInvocations.map((address) => line(4, `action invoked: ${codeSpan(address)}`)),
    ...(stack.configurationBlocks ?? []).map((block) =>
      line(6, `configuration of ${codeSpan(block)} changes`),
    ),
    ...stack.toolFindings.map((finding) =>
      line(
        6,
        `${finding.level} of ${codeSpan(finding.tool, 60)} ${codeSpan(finding.rule, 100)}${finding.location === undefined ? '' : ` at ${codeSpan(finding.location)}`}: ${plainMarkdown(finding.message)}`,
      ),
    ),
  ];
}

function line(rank: number, text: string): Piece {
  const whole = `- ${text}\n`;
  return { rank, short: whole, full: () => whole };
}

function churnPiece({ from, to }: Churn): Piece {
  const short = `- ${codeSpan(from)} is deleted and ${codeSpan(to)} is created with the same attributes: a \`moved\` block keeps the object\n`;
  const block = codeBlock(
    ['moved {', `  from = ${visible(from)}`, `  to   = ${visible(to)}`, '}'],
    'hcl',
  ).replace(/^/gm, '  ');
  const inCode = `  In CDKTF, on the construct that is at the new place: ${codeSpan(`resource.moveFromId(${JSON.stringify(from)})`)}\n`;
  return { rank: 1, short, full: () => `${short}\n${block}\n${inCode}` };
}

function outputPiece({ name, action, before, after, isUnknown, isSensitive }: OutputReview): Piece {
  const sign = { create: '+', update: '~', delete: '-' }[action];
  const from = before === undefined ? '(none)' : displayText(before);
  const to = isUnknown ? '(known after apply)' : after === undefined ? '(none)' : displayText(after);
  const values = isSensitive ? '(sensitive)' : `${codeSpan(from)} -> ${codeSpan(to)}`;
  return line(6, `\`${sign}\` output ${codeSpan(name)}: ${values}`);
}

/** What was changed outside of Terraform: one line a type, attribute and outcome, and never more lines than the plan has. */
export function driftPieces({ drift, changes }: StackReview): readonly Piece[] {
  if (drift.objects === 0 && drift.moves.length === 0) return [];
  const maxGroups = Math.max(5, changes.length);
  const groups = [...visibleDrift(drift)].sort(
    (left, right) => Number(right.isRelevant) - Number(left.isRelevant),
  );
  const apparent = onlyApparentDrift(drift);
  const count = drift.objects - apparent.length;
  const objects = `${count} ${count === 1 ? 'object was' : 'objects were'}`;
  return [
    ...(count === 0 && drift.moves.length === 0
      ? []
      : [line(6, `**Drift: ${objects} changed outside of Terraform**, apart from what this plan does`)]),
    ...groups.slice(0, maxGroups).map(driftPiece),
    ...(groups.length > maxGroups ? [line(7, `and ${groups.length - maxGroups} more kinds of drift`)] : []),
    ...drift.moves
      .slice(0, maxGroups)
      .map(({ from, to }) => line(7, `moved in the state: ${codeSpan(from)} -> ${codeSpan(to)}`)),
    ...(apparent.length === 0 ? [] : [line(7, `${APPARENT_DRIFT}: ${addressesText(apparent)}`)]),
  ];
}

/** A few addresses, and how many more there are. */
function addressesText(addresses: readonly string[], maxAddresses = MAX_ADDRESSES): string {
  const shown = addresses.slice(0, addresses.length > maxAddresses ? 2 : maxAddresses);
  const more = addresses.length - shown.length;
  return shown.map((address) => codeSpan(address)).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function driftPiece(group: DriftGroup): Piece {
  const { addresses, path, before, after, planned, type, outcome } = group;
  const kind =
    addresses.length > MAX_ADDRESSES
      ? ` (${addresses.length} of ${plainMarkdown(nounOf(type).replace(/^the /, ''))})`
      : '';
  const values =
    path === undefined
      ? ''
      : ` ${codeSpan(path, 120)}: ${codeSpan(displayText(before), 120)} -> ${codeSpan(displayText(after), 120)}${outcome === 'neither' ? `, planned ${codeSpan(displayText(planned), 120)}` : ''}`;
  const isCause = group.isRelevant ? '; this plan may follow from it' : '';
  return {
    ...line(7, `drift of ${addressesText(addresses)}${kind}${values} (${driftText(group)}${isCause})`),
  };
}
