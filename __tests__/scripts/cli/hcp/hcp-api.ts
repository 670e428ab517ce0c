import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { HcpClient } from '../../../../scripts/cli/hcp/hcp-client';
import type { Certificate } from '../../../../scripts/loopback-cdn/certificate';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function bytesOf(body: unknown): string | Buffer {
  if (Buffer.isBuffer(body)) return body;
  return body === undefined ? '' : JSON.stringify(body);
}

/** HCP Terraform's API on loopback: answers as a test scripts them, the last one again and again; records every request. */
export class HcpApi {
  readonly requests: {
    readonly line: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
    readonly bytes: Buffer;
  }[] = [];
  private readonly answers = new Map<string, Answer[]>();
  private server: Server | undefined;

  /** @param certificate - of `localhost`, for a process of its own, which speaks TLS only. @default - plain HTTP */
  async start(certificate?: Certificate): Promise<void> {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
      });
      request.on('end', () => {
        const line = `${request.method} ${request.url}`;
        const bytes = Buffer.concat(chunks);
        this.requests.push({ line, headers: request.headers, body: bytes.toString('utf8'), bytes });
        const queue = this.answers.get(line) ?? this.answers.get(line.split('?')[0] ?? '') ?? [];
        const answer = (queue.length > 1 ? queue.shift() : queue[0]) ?? {
          status: 404,
          body: { errors: [{ title: 'not found' }] },
        };
        response.writeHead(answer.status, answer.headers).end(bytesOf(answer.body));
      });
    };
    this.server =
      certificate === undefined
        ? createServer(listener)
        : createTlsServer({ key: certificate.keyPem, cert: certificate.certPem }, listener);
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  get port(): number {
    const address = this.server?.address() as AddressInfo;
    return address.port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  on(line: string, ...answers: Answer[]): this {
    this.answers.set(line, answers);
    return this;
  }

  client(waits: number[] = []): HcpClient {
    return new HcpClient({
      origin: this.origin,
      token: 'user-token',
      pause: async (milliseconds) => {
        waits.push(milliseconds);
      },
    });
  }

  /** What was sent to a line, parsed; the last of several. */
  sent(line: string): unknown {
    const request = this.requests.findLast((each) => each.line === line);
    return request === undefined || request.body === '' ? undefined : JSON.parse(request.body);
  }

  lines(): readonly string[] {
    return this.requests.map(({ line }) => line);
  }

  /** Answers for a run of the workspace `warmpath-prewarm-staging` whose plan is finished and lies behind `link`. */
  givePlannedRun({ link, plan, versionId }: PlannedRun): this {
    const relationships = {
      plan: { data: { id: 'plan-1' } },
      ...(versionId !== undefined && { 'configuration-version': { data: { id: versionId } } }),
    };
    return this.on('GET /api/v2/runs/run-1', {
      status: 200,
      body: {
        data: { attributes: { status: 'planned' }, relationships },
        included: [{ type: 'workspaces', attributes: { name: 'warmpath-prewarm-staging' } }],
      },
    })
      .on('GET /api/v2/plans/plan-1', { status: 200, body: { data: { attributes: { status: 'finished' } } } })
      .on('GET /api/v2/plans/plan-1/json-output', { status: 307, headers: { location: link } })
      .on(`GET ${link}`, { status: 200, body: plan });
  }
}

interface PlannedRun {
  /** Path that the plan is redirected to. */
  readonly link: string;
  readonly plan: object;
  /** Configuration version of the run. @default - it names none */
  readonly versionId?: string;
}
