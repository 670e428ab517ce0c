import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeSlice } from '../../../../../lambdas/prewarm/aws/slice-message';
import { bundle } from '../../../../../scripts/build/functions';
import { until } from '../../../../support/until';
import { newId, sampleSlice, tokyo } from '../../engine/ports/samples';

interface Call {
  readonly action: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly answer: (body: unknown) => void;
}

/** SQS as far as an agent that is told to stop asks for it: it holds every call until the test answers. */
class HeldQueue {
  readonly calls: Call[] = [];
  private readonly server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => this.take(String(request.headers['x-amz-target']), text, response));
  });

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async next(action: string): Promise<Call> {
    for (;;) {
      const index = this.calls.findIndex((call) => call.action === action);
      if (index >= 0) return this.calls.splice(index, 1)[0]!;
      await once(this.server, 'call');
    }
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private take(target: string, text: string, response: ServerResponse): void {
    function answer(body: unknown): void {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    }
    this.calls.push({ action: target.replace('AmazonSQS.', ''), body: JSON.parse(text), answer });
    this.server.emit('call');
  }
}

function environment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    DEPLOYMENT: 'test',
    METRICS_NAMESPACE: 'Warmpath',
    REQUEST_TABLE: 'requests',
    POP_TABLE: 'pops',
    TASK_TABLE: 'tasks',
    RECORD_RETENTION_DAYS: '1',
    BUCKET: 'bucket',
    QUEUE_URL: `${endpoint}/000000000000/tasks`,
    DEAD_LETTER_QUEUE_URL: `${endpoint}/000000000000/dead`,
    HEADERS_KEY_ARN: 'arn:aws:kms:eu-central-1:000000000000:key/test',
    GROUP_NAME: 'agents',
    VISIBILITY_SECONDS: '120',
    MAX_DELIVERIES: '3',
  };
}

describe('an agent process that is told to stop while it waits for slices', () => {
  const queue = new HeldQueue();
  let agent: ChildProcess;
  let exited: Promise<unknown[]>;

  beforeAll(async () => {
    const endpoint = await queue.listen();
    agent = spawn(process.execPath, [bundle('prewarm-agent').codePath], {
      env: environment(endpoint),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    exited = once(agent, 'exit');
  });
  afterAll(() => {
    agent.kill('SIGKILL');
    queue.close();
  });

  it('lets the poll end, which is short, and hands back what came with it', async () => {
    const poll = await queue.next('ReceiveMessage');
    // The drain is bounded by ten seconds, of which a poll must leave some.
    expect(poll.body['WaitTimeSeconds']).toBeLessThanOrEqual(5);
    let log = '';
    agent.stdout?.on('data', (chunk) => {
      log += chunk;
    });
    agent.kill('SIGTERM');
    await until(() => log.includes('agent-stopping'));
    expect(log).not.toContain('agent-stopped');

    const Body = encodeSlice(sampleSlice(newId(), tokyo, 0));
    const MD5OfBody = createHash('md5').update(Body).digest('hex');
    poll.answer({ Messages: [{ MessageId: 'm', ReceiptHandle: 'late', Body, MD5OfBody }] });
    const handBack = await queue.next('ChangeMessageVisibility');
    expect(handBack.body).toMatchObject({ ReceiptHandle: 'late', VisibilityTimeout: 0 });
    handBack.answer({});
    expect((await exited)[0]).toBe(0);
  });
});
