import * as z from 'zod';
import type { GithubClient } from './github-client';

const pullRequest = z.object({
  number: z.number().int().positive(),
  merged_at: z.string().nullish(),
  head: z.object({ sha: z.string() }),
});

/**
 * Returns the number of the open pull request whose head is this commit; undefined where there is none. For runs of pull requests
 * from forks: their artefacts could name any number, the commit of the run is told by GitHub.
 */
export async function openPullRequestOf(github: GithubClient, headSha: string): Promise<number | undefined> {
  const open = z.array(pullRequest).parse(await github.list('/pulls?state=open'));
  return open.find(({ head }) => head.sha === headSha)?.number;
}

/** Returns the number of the pull request that brought a commit to its branch; undefined where it was pushed directly. */
export async function mergedPullRequestOf(github: GithubClient, commit: string): Promise<number | undefined> {
  const found = z.array(pullRequest).parse(await github.list(`/commits/${commit}/pulls`));
  return found.find(({ merged_at: mergedAt }) => Boolean(mergedAt))?.number;
}
