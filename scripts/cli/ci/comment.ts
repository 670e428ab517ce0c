import { BadInput } from '../bad-input';
import { renderMarkdown } from '../review/render/markdown';
import type { GithubClient } from './github/github-client';
import { githubFromEnvironment, runUrl } from './github/github-context';
import { openPullRequestOf } from './github/pull-requests';
import { StickyComment } from './github/sticky-comment';
import { readReviews, reviewOfStacks } from './review-files';

export interface CiCommentRequest {
  readonly pullRequest?: number;
  /** Head commit of the pull request, where its number is not known. */
  readonly headSha?: string;
  /** Folder with the reviews of the jobs. */
  readonly reviews?: string;
  readonly outdated: boolean;
  readonly fold: boolean;
}

/** Keeps the one review comment of a pull request: puts the reviews into it, marks it out of date, or folds it. */
export async function ciComment(request: CiCommentRequest): Promise<number> {
  const { reviews, outdated, fold } = request;
  const wanted = [reviews !== undefined, outdated, fold].filter(Boolean).length;
  if (wanted !== 1)
    throw new BadInput(`got ${wanted} of --reviews, --outdated and --fold; allowed exactly one`);
  const github = githubFromEnvironment();
  const pullRequest = request.pullRequest ?? (await numberOf(github, request.headSha));
  if (pullRequest === undefined) {
    process.stdout.write('no open pull request has this head\n');
    return 0;
  }
  const comment = new StickyComment(github, pullRequest, 'review');
  if (outdated) {
    const isThere = await comment.markOutdated();
    process.stdout.write(isThere ? 'marked out of date\n' : 'no comment yet\n');
    return 0;
  }
  if (fold) {
    const isThere = await comment.fold();
    process.stdout.write(isThere ? 'folded\n' : 'no comment\n');
    return 0;
  }
  const url = runUrl();
  const review = reviewOfStacks(
    readReviews(reviews ?? ''),
    url === undefined ? {} : { wholeAt: `in the summaries of ${url}` },
  );
  const outcome = await comment.put(renderMarkdown(review, { maxUnits: comment.maxUnits }));
  process.stdout.write(`${outcome}\n`);
  return 0;
}

async function numberOf(github: GithubClient, headSha: string | undefined): Promise<number | undefined> {
  if (headSha !== undefined && /^[0-9a-f]{40}$/.test(headSha)) return openPullRequestOf(github, headSha);
  throw new BadInput(
    'allowed one of --pull-request NUMBER and --head-sha COMMIT, which has 40 hexadecimal digits',
  );
}
