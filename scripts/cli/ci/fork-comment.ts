import { BadInput } from '../bad-input';
import { foldComment, markOutdated, putReview, warning } from './comment';
import { githubFromEnvironment, runUrl } from './github/github-context';
import { pullRequestOfFork } from './github/pull-requests';
import { StickyComment } from './github/sticky-comment';
import { readReviews } from './review-files';

export interface CiForkCommentRequest {
  /** Head commit of the fork's run, and the repository that it lies in: its artefact could name any pull request. */
  readonly headSha: string;
  readonly headRepository: string;
  /** The fork's run, which readers are sent to. */
  readonly run: string;
  /** How that run ended, as GitHub says it; empty while it goes on. A run of a closed pull request is skipped. */
  readonly conclusion: string;
  /** Folder with the review that the fork's run left. */
  readonly reviews: string;
}

/** Other ways to end, such as a run that was cancelled or waits for an approval, say nothing of the stacks. */
const FAILED = new Set(['failure', 'timed_out', 'startup_failure']);

const CAUTION = [
  '> [!CAUTION]',
  '> **Made by the code of this pull request, in a fork.** It says what that code says; nobody has checked it. Read the changed files.',
  '\n',
].join('\n');

/** Keeps the review comment of a fork's pull request, whose own runs may not write. Its artefact is read as data. */
export async function ciForkComment(request: CiForkCommentRequest): Promise<number> {
  const { headSha, headRepository, run, conclusion, reviews } = request;
  checkHead(request);
  const github = githubFromEnvironment();
  const isClosed = conclusion === 'skipped';
  const head = { sha: headSha, repository: headRepository };
  const pullRequest = await pullRequestOfFork(github, head, isClosed ? 'closed' : 'open');
  if (pullRequest === undefined) {
    process.stdout.write(`no ${isClosed ? 'closed' : 'open'} pull request has this head\n`);
    return 0;
  }
  const comment = new StickyComment(github, pullRequest, 'review');
  const url = runUrl({ ...process.env, GITHUB_RUN_ID: run });
  if (conclusion === '') await markOutdated(comment);
  else if (isClosed) await foldComment(comment);
  else if (conclusion === 'success') await putReview(comment, reviewsOfFork(reviews), CAUTION, url);
  else if (FAILED.has(conclusion))
    await putReview(comment, [], warning('The stacks could not be compared; a job failed', url), url);
  else process.stdout.write(`the run ended as ${JSON.stringify(conclusion.slice(0, 40))}: nothing to say\n`);
  return 0;
}

function reviewsOfFork(folder: string) {
  const stacks = readReviews(folder);
  const planned = stacks.find(({ source }) => source !== 'configuration');
  if (planned !== undefined)
    throw new BadInput(
      `--reviews ${folder}: got the review of a plan; allowed a comparison of configurations: a fork has no credentials to plan`,
    );
  return stacks;
}

function checkHead({ headSha, headRepository, run }: CiForkCommentRequest): void {
  if (!/^[0-9a-f]{40}$/.test(headSha))
    throw new BadInput(
      `--head-sha: got ${JSON.stringify(headSha.slice(0, 100))}; allowed 40 hexadecimal digits`,
    );
  if (!/^[\w.-]+\/[\w.-]+$/.test(headRepository))
    throw new BadInput(
      `--head-repository: got ${JSON.stringify(headRepository.slice(0, 100))}; allowed owner/name`,
    );
  if (!/^\d+$/.test(run))
    throw new BadInput(`--run: got ${JSON.stringify(run.slice(0, 100))}; allowed the number of a run`);
}
