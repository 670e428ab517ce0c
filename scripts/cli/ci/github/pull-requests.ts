import * as z from 'zod';
import type { GithubClient } from './github-client';

const pullRequest = z.object({
  number: z.number().int().positive(),
  merged_at: z.string().nullish(),
  head: z.object({ sha: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
});

/**
 * Returns the number of the pull request whose head is this commit of this fork; undefined where there is none. The artefact of a
 * fork's run could name any number; commit and repository of the run are told by GitHub.
 */
export async function pullRequestOfFork(
  github: GithubClient,
  head: { readonly sha: string; readonly repository: string },
  state: 'open' | 'closed',
): Promise<number | undefined> {
  // What was closed just now is among the first of those.
  const pages = state === 'closed' ? 1 : undefined;
  const path = `/pulls?state=${state}&sort=updated&direction=desc`;
  const found = z.array(pullRequest).parse(await github.list(path, pages));
  return found.find(({ head: { sha, repo } }) => sha === head.sha && repo?.full_name === head.repository)
    ?.number;
}

/** Returns the number of the pull request that brought a commit to its branch; undefined where it was pushed directly. */
export async function mergedPullRequestOf(github: GithubClient, commit: string): Promise<number | undefined> {
  const found = z.array(pullRequest).parse(await github.list(`/commits/${commit}/pulls`));
  return found.find(({ merged_at: mergedAt }) => Boolean(mergedAt))?.number;
}
