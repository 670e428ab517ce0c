import * as z from 'zod';
import type { GithubClient } from './github-client';

const post = z.object({ body: z.string().nullish(), user: z.object({ login: z.string() }).nullish() });
const comment = post.extend({ id: z.number(), node_id: z.string() });
const issue = post.extend({ number: z.number(), pull_request: z.unknown().optional() });

/** What the account of this token wrote. Anybody can paste a marker into a text: only its own texts count. */
interface OwnPost {
  readonly body: string;
}

export type OwnComment = OwnPost & Pick<z.infer<typeof comment>, 'id' | 'node_id'>;
export type OwnIssue = OwnPost & Pick<z.infer<typeof issue>, 'number'>;

/** Returns the comments on an issue or a pull request that the account of this token wrote, the oldest first. */
export async function ownComments(github: GithubClient, number: number): Promise<readonly OwnComment[]> {
  const viewer = await github.viewer();
  return z
    .array(comment)
    .parse(await github.list(`/issues/${number}/comments`))
    .filter(({ user }) => isSameLogin(user?.login, viewer))
    .map(({ body, id, node_id }) => ({ body: body ?? '', id, node_id }));
}

/** Returns the open issues that the account of this token opened, whatever labels they have by now. */
export async function ownOpenIssues(github: GithubClient): Promise<readonly OwnIssue[]> {
  const viewer = await github.viewer();
  return z
    .array(issue)
    .parse(await github.list(`/issues?state=open&creator=${encodeURIComponent(viewer)}`))
    .filter(({ user, pull_request: pull }) => pull === undefined && isSameLogin(user?.login, viewer))
    .map(({ body, number }) => ({ body: body ?? '', number }));
}

/** Comments on an issue or a pull request, once: an answer that is lost makes no second one. */
export async function addComment(github: GithubClient, number: number, body: string): Promise<void> {
  await github.create(`/issues/${number}/comments`, { body }, async () => {
    return (await ownComments(github, number)).find((own) => own.body === body);
  });
}

/** The account of a job's token is `github-actions[bot]` in one API and may be `github-actions` in the other. */
function isSameLogin(login: string | undefined, viewer: string): boolean {
  const [one, other] = [login ?? '', viewer].map((each) => each.replace(/\[bot\]$/, '').toLowerCase());
  return one === other;
}
