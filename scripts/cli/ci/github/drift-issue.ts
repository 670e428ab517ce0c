import type { GithubClient } from './github-client';
import { addComment, type OwnIssue, ownOpenIssues } from './own-posts';

const LABEL = 'drift';

/** The one issue about the drift of a stack: opened when there is some, updated, and closed when there is none. */
export class DriftIssue {
  private readonly marker: string;

  constructor(
    private readonly github: GithubClient,
    private readonly stack: string,
  ) {
    this.marker = `<!-- warmpath:drift ${stack} -->`;
  }

  /** Room for the text beside the marker, in UTF-16 units. */
  get maxUnits(): number {
    return 65_536 - this.marker.length - 1;
  }

  async report(text: string): Promise<'opened' | 'updated' | 'unchanged'> {
    const body = `${this.marker}\n${text}`;
    const open = await this.find();
    if (open === undefined) {
      const issue = { title: `Drift in ${this.stack}`, body, labels: [LABEL] };
      await this.github.create('/issues', issue, () => this.find());
      return 'opened';
    }
    if (open.body === body) return 'unchanged';
    await this.github.request('PATCH', `/issues/${open.number}`, { body });
    return 'updated';
  }

  /** Closes the issue with a word why. Returns whether there was one. */
  async close(): Promise<boolean> {
    const open = await this.find();
    if (open === undefined) return false;
    await addComment(this.github, open.number, 'There is no drift any more.');
    await this.github.request('PATCH', `/issues/${open.number}`, {
      state: 'closed',
      state_reason: 'completed',
    });
    return true;
  }

  private async find(): Promise<OwnIssue | undefined> {
    return (await ownOpenIssues(this.github)).find(({ body }) => body.startsWith(this.marker));
  }
}
