/**
 * What an EC2 instance sees of AWS: the instance metadata service (version 2 only), ECR's token call, the Auto Scaling
 * call that completes a lifecycle hook, a parameter, and the log. Calls must be signed with the role's credentials.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const ACCESS_KEY_ID = 'AKIDEXAMPLE';
const IMDS_TOKEN = 'imds-session';

export interface FakeInstance {
  /** One address for metadata and both services. */
  readonly url: string;
  /** Results given to the hook, in order. */
  readonly hookResults: readonly string[];
  /** Service operations, in order. */
  readonly calls: readonly string[];
  /** Messages that arrived in the log. */
  readonly logged: readonly string[];
  /** How the log takes lines; `silent` answers nothing until the connection ends. */
  log: 'writable' | 'refuses' | 'silent';
  /** Fault of ECR's token call: status and body. */
  ecrFault: { readonly status: number; readonly body: string } | undefined;
  /** False = the metadata service answers nothing but errors. */
  metadataUp: boolean;
  /** Paths asked of the metadata service, in order. */
  readonly metadataPaths: readonly string[];
  /** False = the hook has been completed or timed out already. */
  hookActive: boolean;
  /** How many Auto Scaling calls fail from now on, as when the service is in trouble. */
  hookFailures: number;
  /** What `autoscaling/target-lifecycle-state` says. */
  targetLifecycleState: string;
  /** How often that was asked for. */
  readonly looks: number;
  /** Value and version of the parameter that it may read; `undefined` = there is none. */
  document: { readonly value: string; readonly version: number } | undefined;
  /** Fault of the call for the parameter: status and body. */
  documentFault: { readonly status: number; readonly body: string } | undefined;
  /** What ECR's token decodes to, and what a secret with the login of a registry holds: `user:password`. */
  registryCredentials: string;
  reset(): void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

const NO_ACTIVE_ACTION = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>
<Message>No active Lifecycle Action found with instance ID i-0123456789abcdef0</Message></Error></ErrorResponse>`;
const COMPLETED =
  '<CompleteLifecycleActionResponse><CompleteLifecycleActionResult/></CompleteLifecycleActionResponse>';

export async function startFakeInstance(instanceId = 'i-0123456789abcdef0'): Promise<FakeInstance> {
  const hookResults: string[] = [];
  const calls: string[] = [];
  const logged: string[] = [];
  const metadataPaths: string[] = [];
  const streams = new Set<string>();
  const initial = {
    hookActive: true,
    hookFailures: 0,
    looks: 0,
    log: 'writable' as FakeInstance['log'],
    ecrFault: undefined as FakeInstance['ecrFault'],
    metadataUp: true,
    document: undefined as FakeInstance['document'],
    documentFault: undefined as FakeInstance['documentFault'],
    targetLifecycleState: 'InService',
    registryCredentials: 'AWS:token',
  };
  const state = { ...initial };

  function metadata(path: string): string | undefined {
    switch (path) {
      case 'iam/security-credentials/':
        return 'instance-role';
      case 'iam/security-credentials/instance-role':
        return JSON.stringify(
          {
            Code: 'Success',
            Type: 'AWS-HMAC',
            AccessKeyId: ACCESS_KEY_ID,
            SecretAccessKey: 'secret/with+signs',
            Token: 'session==',
          },
          undefined,
          2,
        );
      case 'placement/region':
        return 'eu-west-1';
      case 'instance-id':
        return instanceId;
      case 'services/domain':
        return 'amazonaws.com';
      case 'autoscaling/target-lifecycle-state':
        state.looks += 1;
        return state.targetLifecycleState;
      default:
        return undefined;
    }
  }

  async function answer(request: IncomingMessage): Promise<readonly [number, string]> {
    const path = request.url ?? '/';
    if (path.startsWith('/latest/')) metadataPaths.push(path);
    if (path.startsWith('/latest/') && !state.metadataUp) return [503, ''];
    if (path === '/latest/api/token') return request.method === 'PUT' ? [200, IMDS_TOKEN] : [405, ''];
    if (path.startsWith('/latest/meta-data/')) {
      if (request.headers['x-aws-ec2-metadata-token'] !== IMDS_TOKEN) return [401, ''];
      const value = metadata(path.slice('/latest/meta-data/'.length));
      return value === undefined ? [404, ''] : [200, value];
    }
    const body = await bodyOf(request);
    const signed = request.headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${ACCESS_KEY_ID}/`);
    if (!signed || request.headers['x-amz-security-token'] !== 'session==')
      return [403, '<Error>unsigned</Error>'];
    const target = String(request.headers['x-amz-target'] ?? '');
    calls.push(target.split('.')[1] ?? new URLSearchParams(body).get('Action') ?? '');
    if (target.startsWith('Logs_20140328.')) {
      if (state.log === 'refuses') return [400, '{"__type":"AccessDeniedException"}'];
      if (state.log === 'silent') return new Promise(() => {});
      const { logStreamName, logEvents }: { logStreamName: string; logEvents?: { message: string }[] } =
        JSON.parse(body);
      if (logEvents === undefined) streams.add(logStreamName);
      if (!streams.has(logStreamName)) return [400, '{"__type":"ResourceNotFoundException"}'];
      logged.push(...(logEvents ?? []).map(({ message }) => message));
      return [200, '{}'];
    }
    if (target === 'AmazonSSM.GetParameter') {
      if (state.documentFault !== undefined) return [state.documentFault.status, state.documentFault.body];
      if (state.document === undefined) return [400, '{"__type":"ParameterNotFound"}'];
      const { Name }: { Name: string } = JSON.parse(body);
      const { value: Value, version: Version } = state.document;
      const ARN = `arn:aws:ssm:eu-west-1:111111111111:parameter${Name}`;
      return [
        200,
        JSON.stringify({ Parameter: { ARN, DataType: 'text', Name, Type: 'String', Value, Version } }),
      ];
    }
    if (target.endsWith('.GetAuthorizationToken')) {
      if (state.ecrFault !== undefined) return [state.ecrFault.status, state.ecrFault.body];
      const authorizationToken = Buffer.from(state.registryCredentials).toString('base64');
      return [200, JSON.stringify({ authorizationData: [{ authorizationToken, expiresAt: 1.8e9 }] })];
    }
    if (target === 'secretsmanager.GetSecretValue') {
      const [username, password] = state.registryCredentials.split(':');
      return [
        200,
        JSON.stringify({ ...JSON.parse(body), SecretString: JSON.stringify({ username, password }) }),
      ];
    }
    const form = new URLSearchParams(body);
    if (form.get('Action') !== 'CompleteLifecycleAction') return [400, '<Error>unknown action</Error>'];
    if (state.hookFailures > 0) {
      state.hookFailures -= 1;
      return [500, '<Error>InternalFailure</Error>'];
    }
    if (!state.hookActive) return [400, NO_ACTIVE_ACTION];
    hookResults.push(form.get('LifecycleActionResult') ?? '');
    state.hookActive = false;
    return [200, COMPLETED];
  }

  const server = createServer((request, response) => {
    answer(request).then(
      ([status, body]) => response.writeHead(status).end(body),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const instance = Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hookResults,
    calls,
    logged,
    metadataPaths,
    reset: () => {
      Object.assign(instance, initial);
      for (const list of [hookResults, calls, logged, metadataPaths]) list.splice(0);
      streams.clear();
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  return instance;
}
