import { DriftIssue } from '../../../../scripts/cli/ci/github/drift-issue';
import { mergedPullRequestOf, openPullRequestOf } from '../../../../scripts/cli/ci/github/pull-requests';
import { StickyComment } from '../../../../scripts/cli/ci/github/sticky-comment';
import { GithubApi } from './github-api';

const MARKER = '<!-- warmpath:review -->';
let api: GithubApi;

beforeEach(async () => {
  api = new GithubApi();
  await api.start();
});

afterEach(async () => {
  await api.stop();
});

function sticky(waits: number[] = []): StickyComment {
  return new StickyComment(api.client(waits), 7, 'review');
}

describe('the one comment', () => {
  it('is created, then updated in place', async () => {
    expect(await sticky().put('first')).toBe('created');
    expect(await sticky().put('second')).toBe('updated');
    expect(await sticky().put('second')).toBe('unchanged');
    expect(api.comments.map(({ body }) => body)).toEqual([`${MARKER}\nsecond`]);
  });

  it('is found behind 200 comments of others, and not taken from somebody who pasted the marker', async () => {
    for (let index = 0; index < 200; index += 1)
      api.addComment('somebody', index === 3 ? `${MARKER}\nforged` : 'hello');
    const own = api.addComment('github-actions[bot]', `${MARKER}\nold`);
    await sticky().put('new');
    expect(own.body).toBe(`${MARKER}\nnew`);
    expect(api.comments[3]?.body).toBe(`${MARKER}\nforged`);
    expect(api.calls.filter((call) => call.startsWith('GET'))).toHaveLength(3);
  });

  it('is marked out of date once, keeps its text, and loses the mark with the next review', async () => {
    expect(await sticky().markOutdated()).toBe(false);
    await sticky().put('text');
    await sticky().markOutdated();
    await sticky().markOutdated();
    expect(api.comments[0]?.body.match(/Out of date/g)).toHaveLength(1);
    expect(api.comments[0]?.body).toMatch(/text$/);
    await sticky().put('fresh');
    expect(api.comments[0]?.body).toBe(`${MARKER}\nfresh`);
  });

  it('is folded when the request is closed, and unfolded by the next review', async () => {
    await sticky().put('text');
    expect(await sticky().fold()).toBe(true);
    expect([...api.minimized]).toEqual([['node-1', 'RESOLVED']]);
    await sticky().put('again');
    expect(api.minimized.size).toBe(0);
  });

  it('stays within the size of a comment with its marker and its mark', async () => {
    const comment = sticky();
    await comment.put('x'.repeat(comment.maxUnits));
    await comment.markOutdated();
    expect(api.comments[0]?.body.length).toBeLessThanOrEqual(65_536);
  });
});

describe('limits and failures', () => {
  it.each([
    ['retry-after', { status: 403, headers: { 'retry-after': '7' } }, 7_000],
    [
      '1,000 requests an hour',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1030' } },
      30_000,
    ],
    [
      'the secondary limit',
      { status: 403, body: '{"message":"You have exceeded a secondary rate limit"}' },
      60_000,
    ],
    ['429', { status: 429 }, 60_000],
    ['502', { status: 502 }, 1_000],
  ])('%s is waited for, and then the request succeeds', async (_what, fault, milliseconds) => {
    api.faults = [fault];
    const waits: number[] = [];
    expect(await sticky(waits).put('text')).toBe('created');
    expect(waits).toEqual([milliseconds]);
  });

  it("the token of a fork's run is refused at once, with the cause", async () => {
    api.isReadOnly = true;
    const waits: number[] = [];
    await expect(sticky(waits).put('text')).rejects.toThrow(
      /answered 403; the token may not do this: the token of a pull request from a fork/,
    );
    expect(waits).toEqual([]);
  });

  it('an answer that stays bad ends, and names no token', async () => {
    api.faults = Array.from({ length: 6 }, () => ({ status: 500 }));
    const error = await sticky()
      .put('text')
      .catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/GitHub answered 500/);
    expect(String(error)).not.toContain('ghs_token');
  });
});

describe('drift', () => {
  it('has one issue a stack, opened, updated and closed', async () => {
    const issue = new DriftIssue(api.client(), 'prewarm-prod');
    expect(await issue.close()).toBe(false);
    expect(await issue.report('one')).toBe('opened');
    expect(await issue.report('two')).toBe('updated');
    expect(await new DriftIssue(api.client(), 'other').report('x')).toBe('opened');
    expect(await issue.close()).toBe(true);
    expect(api.issues.map(({ title, state }) => [title, state])).toEqual([
      ['Drift in prewarm-prod', 'closed'],
      ['Drift in other', 'open'],
    ]);
  });
});

describe('pull requests', () => {
  it('are found by their head, or by the commit that they brought', async () => {
    api.pulls = [
      { number: 5, head: { sha: 'a' }, merged_at: null },
      { number: 6, head: { sha: 'b' }, merged_at: '2026-11-20T08:00:00Z' },
    ];
    expect(await openPullRequestOf(api.client(), 'a')).toBe(5);
    expect(await openPullRequestOf(api.client(), 'c')).toBeUndefined();
    expect(await mergedPullRequestOf(api.client(), 'b')).toBe(6);
  });
});
