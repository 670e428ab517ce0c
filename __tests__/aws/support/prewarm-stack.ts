/** The applied prewarm stack in motion: its functions, its API and an agent, pointed at a loopback CDN. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { bundle } from '../../../scripts/build/functions';
import type { LoopbackCdn } from '../../../scripts/loopback-cdn';
import type { AppliedStack } from './applied-stack';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  readonly body: any;
}

const FUNCTIONS_WITH_EDGES = ['api_handler', 'get_url_size', 'insert_tasks_to_queue'];

export class PrewarmInMotion {
  readonly logs: string[] = [];
  private readonly lambda = new LambdaClient({});
  private readonly edges: Record<string, string>;
  private agent: ChildProcess | undefined;

  constructor(
    private readonly stack: AppliedStack,
    private readonly deployment: string,
    cdn: LoopbackCdn,
  ) {
    this.edges = { RESOLVER: cdn.resolver, EDGE_PORT: String(cdn.edgePort), EDGE_CA_FILE: cdn.caFile };
  }

  /** Adds where the edges are to the environment that Terraform gave the functions. */
  async pointAtEdges(): Promise<void> {
    for (const kind of FUNCTIONS_WITH_EDGES) {
      const FunctionName = this.functionName(kind);
      const { Environment } = await this.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      await this.lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          Environment: { Variables: { ...Environment?.Variables, ...this.edges } },
        }),
      );
    }
  }

  /** A real agent process, from the bundle that instances run. */
  startAgent(): void {
    const agent = spawn(process.execPath, [bundle('prewarm-agent').codePath], {
      env: {
        ...process.env,
        ...this.stack.agentEnvironment(),
        ...this.edges,
        // As an instance has the credentials of its role; the emulator notes whose calls they are.
        AWS_ACCESS_KEY_ID: `role.prewarm_agent_role_${this.deployment}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [agent.stdout, agent.stderr])
      stream.on('data', (chunk: Buffer) => this.logs.push(chunk.toString()));
    this.agent = agent;
  }

  /** Returns the agent's exit code. */
  async stopAgent(): Promise<number | null> {
    const { agent } = this;
    if (agent === undefined || agent.exitCode !== null) return agent?.exitCode ?? null;
    const ended = once(agent, 'exit');
    agent.kill('SIGTERM');
    await ended;
    return agent.exitCode;
  }

  /**
   * Calls the API function as API Gateway does: every body in base64, as every media type is binary to this API. A buffer is
   * a compressed body.
   */
  async call(
    method: string,
    path: string,
    query: Record<string, string> = {},
    body?: unknown,
  ): Promise<ApiAnswer> {
    const isCompressed = Buffer.isBuffer(body);
    const headers = {
      'content-type': 'application/json',
      host: 'api.example.com',
      ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    };
    const answer = await this.invoke('api_handler', {
      resource: path,
      path,
      httpMethod: method,
      headers,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      queryStringParameters: query,
      multiValueQueryStringParameters: Object.fromEntries(
        Object.entries(query).map(([name, value]) => [name, [value]]),
      ),
      pathParameters: null,
      stageVariables: null,
      requestContext: {
        resourcePath: path,
        httpMethod: method,
        path: `/prod${path}`,
        stage: 'prod',
        identity: { sourceIp: '127.0.0.1' },
        requestId: 'test',
      },
      body:
        body === undefined
          ? null
          : (isCompressed ? body : Buffer.from(JSON.stringify(body))).toString('base64'),
      isBase64Encoded: body !== undefined,
    });
    const {
      statusCode,
      headers: answered,
      body: text,
    } = answer as {
      statusCode: number;
      headers: Record<string, string>;
      body: string;
    };
    return { status: statusCode, headers: answered, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** What the request's schedule does when its time comes, with its role. */
  async reachDeadline(id: string): Promise<void> {
    const GroupName = String(this.stack.resource('aws_scheduler_schedule_group')['name']);
    const { Target } = await new SchedulerClient({}).send(new GetScheduleCommand({ GroupName, Name: id }));
    const role = Target?.RoleArn?.split('/').at(-1);
    const lambda = new LambdaClient({
      credentials: { accessKeyId: `role.${role}`, secretAccessKey: 'test' },
    });
    await lambda.send(new InvokeCommand({ FunctionName: Target?.Arn, Payload: Target?.Input ?? '' }));
  }

  async invoke(kind: string, event: unknown): Promise<unknown> {
    const { FunctionError, Payload, LogResult } = await this.lambda.send(
      new InvokeCommand({
        FunctionName: this.functionName(kind),
        Payload: JSON.stringify(event),
        LogType: 'Tail',
      }),
    );
    this.logs.push(Buffer.from(LogResult ?? '', 'base64').toString());
    const answer = Buffer.from(Payload ?? []).toString();
    if (FunctionError !== undefined) throw new Error(`${kind}: ${answer}`);
    return answer === '' ? undefined : JSON.parse(answer);
  }

  private functionName(kind: string): string {
    return `prewarm_${kind}_${this.deployment}`;
  }
}
