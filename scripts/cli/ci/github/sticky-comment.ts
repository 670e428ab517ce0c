import type { GithubClient } from './github-client';
import { type OwnComment, ownComments } from './own-posts';

const MAX_UNITS = 65_536;
const OUTDATED = '> [!NOTE]\n> **Out of date**: a new plan is running.';

/** The one comment of a pull request that a command keeps up to date. It is found by its marker and its author. */
export class StickyComment {
  private readonly marker: string;

  /** @param key - tells comments of one author apart, such as `review` */
  constructor(
    private readonly github: GithubClient,
    private readonly pullRequest: number,
    key: string,
  ) {
    this.marker = `<!-- warmpath:${key} -->`;
  }

  /** Room for the text beside the marker and the note, in UTF-16 units. */
  get maxUnits(): number {
    return MAX_UNITS - this.marker.length - OUTDATED.length - 10;
  }

  /** Whether the pull request has the comment. */
  async isThere(): Promise<boolean> {
    return (await this.find()).length > 0;
  }

  /** Creates the comment, or puts the text into the one that is there and unfolds it. */
  async put(text: string): Promise<'created' | 'updated' | 'unchanged'> {
    const body = `${this.marker}\n${text}`;
    const [own, ...others] = await this.find();
    for (const other of others) await this.minimize(other, 'DUPLICATE');
    if (own === undefined) {
      await this.github.create(`/issues/${this.pullRequest}/comments`, { body }, async () => {
        return (await this.find())[0];
      });
      return 'created';
    }
    const isSame = own.body === body;
    if (!isSame) await this.github.request('PATCH', `/issues/comments/${own.id}`, { body });
    // It may have been folded with the text that it has.
    await this.github.graphql(
      'mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { clientMutationId } }',
      {
        id: own.node_id,
      },
    );
    return isSame ? 'unchanged' : 'updated';
  }

  /** Says at the top of the comment that a new plan is underway. Returns whether there is a comment. */
  async markOutdated(): Promise<boolean> {
    const [own] = await this.find();
    if (own === undefined) return false;
    const text = own.body.slice(this.marker.length).trimStart();
    if (!text.startsWith(OUTDATED))
      await this.github.request('PATCH', `/issues/comments/${own.id}`, {
        body: `${this.marker}\n${OUTDATED}\n\n${text}`,
      });
    return true;
  }

  /** Folds the comment, when the pull request is closed. Returns whether there is one. */
  async fold(): Promise<boolean> {
    const all = await this.find();
    for (const each of all) await this.minimize(each, 'RESOLVED');
    return all.length > 0;
  }

  private async find(): Promise<readonly OwnComment[]> {
    const comments = await ownComments(this.github, this.pullRequest);
    return comments.filter(({ body }) => body.startsWith(this.marker));
  }

  private async minimize({ node_id }: OwnComment, classifier: 'RESOLVED' | 'DUPLICATE'): Promise<void> {
    await this.github.graphql(
      'mutation($id: ID!, $classifier: ReportedContentClassifiers!) { minimizeComment(input: {subjectId: $id, classifier: $classifier}) { clientMutationId } }',
      { id: node_id, classifier },
    );
  }
}
