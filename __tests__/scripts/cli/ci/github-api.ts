import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GithubClient } from '../../../../scripts/cli/ci/github/github-client';

interface Comment {
  id: number;
  node_id: string;
  body: string;
  user: { login: string };
}

interface Issue {
  number: number;
  body: string;
  title: string;
  state: string;
  labels: string[];
  user: { login: string };
}

interface PullRequest {
  readonly number: number;
  readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } | null };
  readonly merged_at: string | null;
  readonly state?: 'open' | 'closed';
}

interface Fault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The request is done, and only its answer is lost. */
  readonly isDone?: true;
}

const VIEWER = 'github-actions[bot]';

/** GitHub's API on loopback, as far as the commands use it: it keeps comments and issues, and records every call. */
export class GithubApi {
  readonly calls: string[] = [];
  readonly comments: Comment[] = [];
  readonly issues: Issue[] = [];
  readonly minimized = new Map<string, string>();
  pulls: PullRequest[] = [];
  /** Answers of the next requests, one each; undefined for one that goes well. */
  faults: (Fault | undefined)[] = [];
  /** What the token may not do. */
  isReadOnly = false;
  private server: Server | undefined;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      void readBody(request).then((body) => {
        const { status, headers, text } = this.answer(request.method ?? '', request.url ?? '', body);
        response.writeHead(status, headers).end(text);
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    return this.url;
  }

  get url(): string {
    const address = this.server?.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** A client whose waits are written down instead of waited. */
  client(waits: number[] = [], now = () => 1_000_000): GithubClient {
    return new GithubClient({
      apiUrl: this.url,
      graphqlUrl: `${this.url}/graphql`,
      token: 'ghs_token',
      repository: 'o/r',
      now,
      pause: async (milliseconds) => {
        waits.push(milliseconds);
      },
    });
  }

  addComment(login: string, body: string): Comment {
    const id = this.comments.length + 1;
    const comment = { id, node_id: `node-${id}`, body, user: { login } };
    this.comments.push(comment);
    return comment;
  }

  private answer(method: string, url: string, body: string) {
    this.calls.push(`${method} ${url}`);
    const fault = this.faults.shift();
    if (fault?.isDone) this.effectOf(method, url, body);
    if (fault) return { status: fault.status, headers: fault.headers ?? {}, text: fault.body ?? '{}' };
    return this.effectOf(method, url, body);
  }

  private effectOf(method: string, url: string, body: string) {
    const { pathname, searchParams } = new URL(url, 'http://x');
    const data = body === '' ? {} : JSON.parse(body);
    if (pathname === '/graphql') return ok(this.graphql(data));
    if (this.isReadOnly && method !== 'GET')
      return { status: 403, headers: {}, text: '{"message":"Resource not accessible by integration"}' };
    const path = pathname.replace('/repos/o/r', '');
    const page = Number(searchParams.get('page') ?? 1);
    const size = Number(searchParams.get('per_page') ?? 30);
    function paged<T>(items: readonly T[]) {
      return ok(items.slice((page - 1) * size, page * size));
    }
    if (method === 'GET' && /^\/issues\/\d+\/comments$/.test(path)) return paged(this.comments);
    if (method === 'GET' && path === '/issues')
      return paged(
        this.issues.filter(
          ({ state, user }) => state === 'open' && user.login === (searchParams.get('creator') ?? user.login),
        ),
      );
    if (method === 'GET' && path === '/pulls')
      return paged(this.pulls.filter(({ state = 'open' }) => state === searchParams.get('state')));
    if (method === 'GET' && /^\/commits\/.*\/pulls$/.test(path)) return paged(this.pulls);
    if (method === 'POST' && path === '/issues') {
      const number = this.issues.length + 1;
      this.issues.push({ number, state: 'open', user: { login: VIEWER }, ...data });
      return ok(this.issues.at(-1), 201);
    }
    if (method === 'POST') return ok(this.addComment(VIEWER, data.body), 201);
    const comment = this.comments.find(({ id }) => path === `/issues/comments/${id}`);
    if (comment) return ok(Object.assign(comment, data));
    const issue = this.issues.find(({ number }) => path === `/issues/${number}`);
    return issue ? ok(Object.assign(issue, data)) : { status: 404, headers: {}, text: '{}' };
  }

  private graphql({ query, variables }: { query: string; variables: Record<string, string> }): object {
    if (query.includes('viewer')) return { data: { viewer: { login: VIEWER } } };
    if (this.isReadOnly) return { errors: [{ message: 'Resource not accessible by integration' }] };
    const id = variables['id'] ?? '';
    if (query.includes('unminimize')) this.minimized.delete(id);
    else this.minimized.set(id, variables['classifier'] ?? '');
    return { data: {} };
  }
}

function ok(value: unknown, status = 200) {
  return { status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(value) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
