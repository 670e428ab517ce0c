import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HcpClient } from '../../../../scripts/cli/hcp/hcp-client';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** HCP Terraform's API on loopback: answers as a test scripts them, the last one again and again; records every request. */
export class HcpApi {
  readonly requests: {
    readonly line: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[] = [];
  private readonly answers = new Map<string, Answer[]>();
  private server: Server | undefined;

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        const line = `${request.method} ${request.url}`;
        this.requests.push({ line, headers: request.headers, body });
        const queue = this.answers.get(line) ?? this.answers.get(line.split('?')[0] ?? '') ?? [];
        const answer = (queue.length > 1 ? queue.shift() : queue[0]) ?? {
          status: 404,
          body: { errors: [{ title: 'not found' }] },
        };
        response
          .writeHead(answer.status, answer.headers)
          .end(answer.body === undefined ? '' : JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  get origin(): string {
    const address = this.server?.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
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

  lines(): readonly string[] {
    return this.requests.map(({ line }) => line);
  }
}
