import {
  COUNT_NAMES,
  changesStateOnly,
  EYES_RANK,
  hasAnything,
  needsEyes,
  type StackReview,
} from '../model/stack-review';
import { fitSections, type Piece, type Section } from './budget';
import { codeCell, codeSpan, plainMarkdown } from './foreign-text';
import { changePieces, driftPieces, importantPieces, otherPieces } from './markdown-pieces';
import type { Review } from './review';
import { type TaggedStack, withSharedTagsOnce } from './shared-tags';
import { checkVerb, countsText, incompleteText, redactedText } from './words';

/** A comment on GitHub may have 65,536 characters; counted in UTF-16 units it fits whichever way they are counted. */
export const COMMENT_UNITS = 65_536;
/** A job summary may have 1 MiB; a unit takes at most three bytes of UTF-8. */
export const SUMMARY_UNITS = Math.floor(1_048_576 / 3);

export interface MarkdownOptions {
  /** @default 65536, what a comment may have */
  readonly maxUnits?: number;
}

/** Returns the review as Markdown of at most `maxUnits` UTF-16 units. */
export function renderMarkdown(review: Review, { maxUnits = COMMENT_UNITS }: MarkdownOptions = {}): string {
  const whole =
    review.wholeAt === undefined
      ? 'in the JSON and the HTML form of this review'
      : plainMarkdown(review.wholeAt);
  const head = headOf(review);
  const foot = `\nFingerprint: \`${review.fingerprint}\`\n`;
  const body = fitSections(sectionsOf(review, whole), maxUnits - head.length - foot.length, (count) =>
    count === 0 ? '' : `\n**${count} parts of this review are left out**; they are whole ${whole}.\n`,
  );
  return head + body + foot;
}

function headOf({ stacks, needPlan }: Review): string {
  const touched = stacks.filter(hasAnything);
  const lines = ['## Plan review', ''];
  if (touched.length === 0) {
    const text = stacks.length === 1 ? 'No changes.' : `No changes in any of ${stacks.length} stacks.`;
    lines.push(text, '');
  }
  if (stacks.some(({ source }) => source === 'configuration'))
    lines.push(
      'From the configuration alone, without credentials: what the account holds is not known here, so a replacement looks like a change.',
      '',
    );
  const redacted = redactedText(stacks);
  if (redacted !== undefined) lines.push(plainMarkdown(redacted), '');
  if (needPlan !== undefined) {
    const shown = needPlan.slice(0, 50).map((name) => codeSpan(name, 100));
    const more = needPlan.length > shown.length ? ` and ${needPlan.length - shown.length} more` : '';
    lines.push(
      needPlan.length === 0
        ? 'No stack needs a plan.'
        : `Stacks that need a plan: ${shown.join(', ')}${more}`,
      '',
    );
  }
  return lines.join('\n');
}

function sectionsOf(review: Review, whole: string): readonly Section[] {
  function leftOut(what: string) {
    return (count: number) => `- **${count} more ${what} left out here**, whole ${whole}\n`;
  }
  const touched = review.stacks.filter(hasAnything).map(withSharedTagsOnce);
  const isOne = review.stacks.length === 1;
  return [
    verdictSection(review, leftOut('findings')),
    tableSection(review.stacks, touched, whole),
    eyesSection(touched, isOne, leftOut('that need eyes')),
    ...touched.flatMap((stack) => stackSections(stack, isOne, leftOut)),
  ].filter((section) => section.pieces.length > 0);
}

function verdictSection({ policy, expectation }: Review, leftOut: Section['leftOut']): Section {
  const lines: string[] = [];
  if (expectation !== undefined) {
    lines.push(
      expectation.isSame
        ? `This plan is the one that was reviewed (\`${plainMarkdown(expectation.expected, 80)}\`).`
        : `**This plan is not the one that was reviewed**: expected ${codeSpan(expectation.expected, 80)}.`,
      ...expectation.differences.map((difference) => plainMarkdown(difference)),
    );
  }
  for (const { kind, stack, address, sentence } of policy?.violations ?? [])
    lines.push(
      `**Policy \`${kind}\`**: ${codeSpan(address)} in ${codeSpan(stack, 100)}: ${plainMarkdown(sentence)}`,
    );
  for (const { finding, exception } of policy?.expired ?? [])
    lines.push(
      `The exception for ${codeSpan(finding.address)} (\`${finding.kind}\`) expired on ${exception.expires}: ${plainMarkdown(exception.reason)}`,
    );
  for (const { finding, exception } of policy?.excepted ?? [])
    lines.push(
      `Allowed until ${exception.expires}: \`${finding.kind}\` of ${codeSpan(finding.address)}, since ${plainMarkdown(exception.reason)}`,
    );
  return { rank: 0, open: '\n', close: '', leftOut, pieces: lines.map((line) => flat(0, `- ${line}\n`)) };
}

function flat(rank: number, text: string): Piece {
  return { rank, short: text, full: () => text };
}

function tableSection(all: readonly StackReview[], touched: readonly StackReview[], whole: string): Section {
  const names = ['stack', ...COUNT_NAMES, 'needs eyes'];
  const untouched = all.length - touched.length;
  const rest =
    untouched === 0 ? '' : `\n${untouched} ${untouched === 1 ? 'stack has' : 'stacks have'} no changes.\n`;
  return {
    rank: 1,
    open: `\n| ${names.join(' | ')} |\n| --- |${' ---: |'.repeat(names.length - 1)}\n`,
    close: rest,
    leftOut: (count) => `\n**${count} more stacks are left out here**, whole ${whole}.\n`,
    pieces: touched.map((stack) => {
      const eyes = needsEyes(stack).length;
      const cells = [
        codeCell(stack.name),
        ...COUNT_NAMES.map((name) => stack.counts[name] || ''),
        eyes || '',
      ];
      return flat(Math.min(2, bestRank(stack)), `| ${cells.join(' | ')} |\n`);
    }),
  };
}

function bestRank(stack: StackReview): number {
  return stack.changes[0]?.rank ?? EYES_RANK + 1;
}

function eyesSection(stacks: readonly StackReview[], isOne: boolean, leftOut: Section['leftOut']): Section {
  return {
    rank: 0,
    open: '\n### What needs eyes\n\n',
    close: '',
    leftOut,
    pieces: [
      ...stacks.flatMap((stack) => warningsOf(stack, isOne)),
      ...stacks
        .flatMap((stack) => importantPieces(stack, needsEyes(stack), isOne))
        .sort((left, right) => left.rank - right.rank),
    ],
  };
}

/** What is true of a stack as a whole and has to be known before an apply. */
function warningsOf(stack: StackReview, isOne: boolean): readonly Piece[] {
  const where = isOne ? '' : ` ${codeSpan(stack.name, 100)}`;
  const lines: string[] = [];
  if (stack.isErrored) lines.push(`**The plan${where} failed**: this is what was planned before the error`);
  if (!stack.isComplete) lines.push(`**The plan${where} is not complete**: ${incompleteText(stack)}`);
  for (const { name, status, messages } of stack.failingChecks)
    lines.push(
      `**Check ${checkVerb(status)}**${where}: ${codeSpan(name)}${messages.map((message) => `, ${codeSpan(message)}`).join('')}`,
    );
  return lines.map((line) => flat(0, `- ${line}\n`));
}

function stackSections(
  stack: TaggedStack,
  isOne: boolean,
  leftOut: (what: string) => Section['leftOut'],
): readonly Section[] {
  const rank = 2 + Math.min(bestRank(stack), EYES_RANK + 1);
  const title = isOne ? '' : `${codeSpanHtml(stack.name)}: `;
  const open = `\n<details${isOne ? ' open' : ''}><summary>${title}${countsText(stack.counts)}</summary>\n\n${stateSentence(stack)}`;
  return [
    {
      rank,
      open,
      close: '\n</details>\n',
      leftOut: leftOut('entries are'),
      pieces: [...changePieces(stack), ...otherPieces(stack), ...driftPieces(stack)],
    },
  ];
}

/** Names of stacks come from folders; in a summary Markdown is not read. */
function codeSpanHtml(name: string): string {
  const text = codeSpan(name, 100).replace(/^`+ ?| ?`+$/g, '');
  return `<code>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}</code>`;
}

function stateSentence(stack: StackReview): string {
  return changesStateOnly(stack)
    ? '**Nothing in the account changes, and yet an apply is needed**: only the state is brought up to date.\n\n'
    : '';
}
