import { DriftIssue } from '../../../../scripts/cli/ci/github/drift-issue';
import { mergedPullRequestOf, pullRequestOfFork } from '../../../../scripts/cli/ci/github/pull-requests';
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

/** Requests that go well before the one that does not. */
function passed(count: number) {
  return Array.from({ length: count }, () => undefined);
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
    expect(await sticky().put('text')).toBe('unchanged');
    expect(api.minimized.size).toBe(0);
    await sticky().fold();
    expect(await sticky().put('again')).toBe('updated');
    expect(api.minimized.size).toBe(0);
  });

  it.each([502, 504])('is made once where the answer to it is lost by %s', async (status) => {
    api.faults = [...passed(2), { status, isDone: true }];
    expect(await sticky().put('text')).toBe('created');
    expect(api.comments.map(({ body }) => body)).toEqual([`${MARKER}\ntext`]);
  });

  it('is asked for again where the first request made none', async () => {
    api.faults = [...passed(2), { status: 502 }];
    expect(await sticky().put('text')).toBe('created');
    expect(api.comments).toHaveLength(1);
  });

  it('that is there twice is folded once as a duplicate', async () => {
    for (const text of ['one', 'two']) api.addComment('github-actions[bot]', `${MARKER}\n${text}`);
    await sticky().put('new');
    expect(api.comments.map(({ body }) => body)).toEqual([`${MARKER}\nnew`, `${MARKER}\ntwo`]);
    expect([...api.minimized]).toEqual([['node-2', 'DUPLICATE']]);
  });

  it('stays within the size of a comment with its marker and its mark', async () => {
    const comment = sticky();
    await comment.put('x'.repeat(comment.maxUnits));
    await comment.markOutdated();
    expect(api.comments[0]?.body.length).toBeLessThanOrEqual(65_536);
  });
});

describe('limits and failures', () => {
  beforeEach(() => {
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

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
    [
      'the limit of GraphQL, which comes with 200',
      {
        status: 200,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1030' },
        body: '{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for installation"}]}',
      },
      30_000,
    ],
    [
      'the secondary limit of GraphQL',
      { status: 200, body: '{"errors":[{"message":"You have exceeded a secondary rate limit."}]}' },
      60_000,
    ],
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
      /answered 403: Resource not accessible by integration; the token may not do this: the token of a pull request from a fork/,
    );
    expect(waits).toEqual([]);
  });

  it('a limit that a job would not outlast is told with its end, and nothing is waited for', async () => {
    api.faults = [{ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3600' } }];
    const waits: number[] = [];
    await expect(sticky(waits).put('text')).rejects.toThrow(
      /limit of requests is reached until 01:00:00 UTC; run the job again then/,
    );
    expect(waits).toEqual([]);
  });

  it.each([
    [
      { status: 422, body: '{"message":"Validation Failed","errors":[{"message":"body is too long"}]}' },
      /answered 422: Validation Failed \(body is too long\)/,
    ],
    [{ status: 301, headers: { location: 'https://elsewhere.example/' } }, /answered 301.*another name now/],
    [{ status: 404, body: '<html>' }, /answered 404; it is not there, or the token may not see it/],
  ])('%j is told in its own words, once', async (fault, message) => {
    api.faults = [undefined, fault];
    const waits: number[] = [];
    await expect(sticky(waits).put('text')).rejects.toThrow(message);
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
  const MARK = '<!-- warmpath:drift prewarm-prod -->';

  function driftOf(stack = 'prewarm-prod'): DriftIssue {
    return new DriftIssue(api.client(), stack);
  }

  it('has one issue a stack, opened, updated and closed', async () => {
    const issue = driftOf();
    expect(await issue.close()).toBe(false);
    expect(await issue.report('one')).toBe('opened');
    expect(await issue.report('one')).toBe('unchanged');
    expect(await issue.report('two')).toBe('updated');
    expect(await driftOf('other').report('x')).toBe('opened');
    expect(await issue.close()).toBe(true);
    expect(api.comments.map(({ body }) => body)).toEqual(['There is no drift any more.']);
    expect(api.issues.map(({ title, state }) => [title, state])).toEqual([
      ['Drift in prewarm-prod', 'closed'],
      ['Drift in other', 'open'],
    ]);
  });

  it('is not taken for one that somebody else opened with the marker, and found without its label', async () => {
    const forged = { title: 'x', state: 'open', labels: ['drift'], user: { login: 'somebody' } };
    api.issues.push({ ...forged, number: 1, body: MARK });
    expect(await driftOf().report('one')).toBe('opened');
    const [, own] = api.issues;
    if (own) own.labels = [];
    expect(await driftOf().report('two')).toBe('updated');
    expect(api.issues.map(({ body }) => body)).toEqual([MARK, `${MARK}\ntwo`]);
  });

  it('has its issue opened once, and is told once to be gone, where answers are lost', async () => {
    api.faults = [...passed(2), { status: 502, isDone: true }];
    await driftOf().report('one');
    expect(api.issues).toHaveLength(1);
    api.faults = [...passed(2), { status: 502, isDone: true }];
    await driftOf().close();
    expect(api.comments).toHaveLength(1);
    expect(api.issues[0]?.state).toBe('closed');
  });
});

describe('pull requests', () => {
  const repo = { full_name: 'fork/r' };

  it("of a fork are found by their head, and not by another repository's with the same commit", async () => {
    api.pulls = [
      { number: 4, head: { sha: 'a', repo: { full_name: 'o/r' } }, merged_at: null },
      { number: 5, head: { sha: 'a', repo }, merged_at: null },
      { number: 6, head: { sha: 'b', repo }, merged_at: null, state: 'closed' },
      { number: 7, head: { sha: 'd', repo: null }, merged_at: null },
    ];
    function found(sha: string, state: 'open' | 'closed' = 'open') {
      return pullRequestOfFork(api.client(), { sha, repository: 'fork/r' }, state);
    }
    expect(await found('a')).toBe(5);
    expect(await found('b')).toBeUndefined();
    expect(await found('b', 'closed')).toBe(6);
    expect(await found('d')).toBeUndefined();
  });

  it('are found by the commit that they brought', async () => {
    api.pulls = [
      { number: 5, head: { sha: 'a', repo }, merged_at: null },
      { number: 6, head: { sha: 'b', repo }, merged_at: '2026-11-20T08:00:00Z' },
    ];
    expect(await mergedPullRequestOf(api.client(), 'b')).toBe(6);
  });
});
