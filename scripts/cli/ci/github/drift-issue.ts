import * as z from 'zod';
import type { GithubClient } from './github-client';

const issue = z.object({
  number: z.number(),
  body: z.string().nullish(),
  pull_request: z.unknown().optional(),
});

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
      await this.github.request('POST', '/issues', {
        title: `Drift in ${this.stack}`,
        body,
        labels: [LABEL],
      });
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
    await this.github.request('POST', `/issues/${open.number}/comments`, {
      body: 'There is no drift any more.',
    });
    await this.github.request('PATCH', `/issues/${open.number}`, {
      state: 'closed',
      state_reason: 'completed',
    });
    return true;
  }

  private async find(): Promise<z.infer<typeof issue> | undefined> {
    const issues = z.array(issue).parse(await this.github.list(`/issues?state=open&labels=${LABEL}`));
    return issues.find(
      ({ body, pull_request: pull }) => pull === undefined && (body ?? '').startsWith(this.marker),
    );
  }
}
