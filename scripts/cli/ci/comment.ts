import { existsSync } from 'node:fs';
import * as z from 'zod';
import { BadInput } from '../bad-input';
import type { StackReview } from '../review/model/stack-review';
import { codeSpan } from '../review/render/foreign-text';
import { renderMarkdown } from '../review/render/markdown';
import { githubFromEnvironment, runUrl } from './github/github-context';
import { StickyComment } from './github/sticky-comment';
import { readReviews, reviewOfStacks } from './review-files';

export interface CiCommentRequest {
  readonly pullRequest: number;
  /** Folder with the reviews of the jobs. */
  readonly reviews?: string;
  /** What `warmpath ci stacks` printed: the stacks that were to be planned; empty where it failed. */
  readonly stacks?: string;
  readonly outdated: boolean;
  readonly fold: boolean;
}

const TITLE = '## Plan review\n\n';
const MAX_NAMES = 20;

/** Names of the stacks that were to be planned; `failed` where finding them failed; undefined where nobody says. */
type Planned = readonly string[] | 'failed' | undefined;

/** Keeps the one review comment of a pull request: puts the reviews into it, marks it out of date, or folds it. */
export async function ciComment(request: CiCommentRequest): Promise<number> {
  const { pullRequest, reviews, outdated, fold } = request;
  const wanted = [reviews !== undefined, outdated, fold].filter(Boolean).length;
  if (wanted !== 1)
    throw new BadInput(`got ${wanted} of --reviews, --outdated and --fold; allowed exactly one`);
  const planned = plannedStacks(request.stacks);
  const comment = new StickyComment(githubFromEnvironment(), pullRequest, 'review');
  if (outdated) await markOutdated(comment);
  else if (fold) await foldComment(comment);
  else await putReviews(comment, readReviewsOf(reviews ?? '', planned), planned);
  return 0;
}

export async function markOutdated(comment: StickyComment): Promise<void> {
  const isThere = await comment.markOutdated();
  process.stdout.write(isThere ? 'marked out of date\n' : 'no comment yet\n');
}

export async function foldComment(comment: StickyComment): Promise<void> {
  const isThere = await comment.fold();
  process.stdout.write(isThere ? 'folded\n' : 'no comment\n');
}

/** Puts a review into the comment, behind a note. `url` is where the run says more. */
export async function putReview(
  comment: StickyComment,
  stacks: readonly StackReview[],
  note: string,
  url: string | undefined,
): Promise<void> {
  const review = reviewOfStacks(stacks, url === undefined ? {} : { wholeAt: `in the summaries of ${url}` });
  const text =
    stacks.length === 0 ? '' : renderMarkdown(review, { maxUnits: comment.maxUnits - note.length });
  const outcome = await comment.put(text === '' ? TITLE + note : note + text);
  process.stdout.write(`${outcome}\n`);
}

async function putReviews(
  comment: StickyComment,
  stacks: readonly StackReview[],
  planned: Planned,
): Promise<void> {
  // A pull request that never touched a stack gets no comment; one that has a comment does not keep an old review.
  if (planned?.length === 0 && !(await comment.isThere())) {
    process.stdout.write('no stack is touched\n');
    return;
  }
  const url = runUrl();
  const note = planned?.length === 0 ? 'No stack is touched any more.\n' : missingNote(stacks, planned, url);
  await putReview(comment, stacks, note, url);
}

/** What was to be planned and was not: without a word, a job that failed would look like a stack without changes. */
function missingNote(stacks: readonly StackReview[], planned: Planned, url: string | undefined): string {
  const seen = new Set(stacks.map(({ name }) => name));
  const missing = planned === 'failed' ? [] : (planned ?? []).filter((name) => !seen.has(name));
  if (planned !== 'failed' && missing.length === 0) return '';
  const names = missing.slice(0, MAX_NAMES).map((name) => codeSpan(name, 100));
  const more = missing.length > MAX_NAMES ? ` and ${missing.length - MAX_NAMES} more` : '';
  const what =
    planned === 'failed'
      ? 'Nothing is planned: which stacks are touched could not be found'
      : `No plan of ${names.join(', ')}${more}`;
  return warning(`${what}; a job failed`, url);
}

/** Returns a block that GitHub shows in a frame. */
export function warning(sentence: string, url: string | undefined): string {
  return `> [!WARNING]\n> **${sentence}.**${url === undefined ? '' : ` See ${url}`}\n\n`;
}

function readReviewsOf(folder: string, planned: Planned): readonly StackReview[] {
  // No job left a review, so nothing was downloaded.
  return planned !== undefined && !existsSync(folder) ? [] : readReviews(folder);
}

const matrix = z.array(z.object({ stack: z.string() }));

/** @throws BadInput for what `warmpath ci stacks` does not print */
function plannedStacks(text: string | undefined): Planned {
  if (text === undefined || text === '') return text === '' ? 'failed' : undefined;
  try {
    return matrix.parse(JSON.parse(text)).map(({ stack }) => stack);
  } catch (cause) {
    throw new BadInput(
      `--stacks: got ${JSON.stringify(text.slice(0, 100))}; allowed what warmpath ci stacks prints`,
      { cause },
    );
  }
}
