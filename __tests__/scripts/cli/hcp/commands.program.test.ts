/** `warmpath review --run` and `warmpath hcp workspaces` as processes of their own, against HCP's API on loopback over TLS. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../../../../scripts/loopback-cdn/certificate';
import { replacedQueue } from '../ci/pipeline-checkout';
import { type CliResult, runCli } from '../prewarm/cli-process';
import { HcpApi } from './hcp-api';

const TOKEN = 'canary-user-token';
let api: HcpApi;
let home: string;
let host: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'warmpath-hcp-'));
  const certificate = await makeCertificate(['localhost']);
  api = new HcpApi();
  await api.start(certificate);
  host = `localhost:${api.port}`;
  writeFileSync(join(home, 'ca.pem'), certificate.caPem);
  writeFileSync(join(home, 'cli.rc'), `credentials "${host}" {\n  token = "${TOKEN}"\n}\n`);
});

afterAll(async () => {
  await api.stop();
  rmSync(home, { recursive: true, force: true });
});

beforeEach(() => {
  api.requests.length = 0;
});

function warmpath(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  return runCli(args, '', {
    HOME: home,
    NODE_EXTRA_CA_CERTS: join(home, 'ca.pem'),
    TF_CLI_CONFIG_FILE: join(home, 'cli.rc'),
    ...env,
  });
}

describe('warmpath review --run', () => {
  const link = '/archive/canary-link';
  const queue = replacedQueue();

  beforeEach(() => {
    api
      .givePlannedRun({
        link,
        plan: { format_version: '1.2', resource_changes: [queue] },
        versionId: 'cv-1',
      })
      .on('GET /api/v2/configuration-versions/cv-1/download', {
        status: 302,
        headers: { location: `${link}-2` },
      })
      .on(`GET ${link}-2`, { status: 200, body: configuration() });
  });

  function configuration(): Buffer {
    const folder = join(home, 'configuration');
    mkdirSync(folder, { recursive: true });
    const q = { '//': { metadata: { path: 'prewarm-staging/prewarm/queue' } } };
    writeFileSync(join(folder, 'cdk.tf.json'), JSON.stringify({ resource: { aws_sqs_queue: { q } } }));
    return execFileSync('tar', ['-czf', '-', '-C', folder, '.']);
  }

  function review(): Promise<CliResult> {
    return warmpath(['review', '--run', 'run-1', '--hostname', host]);
  }

  it('reviews the plan of the run, with the token of the configuration, which the link does not get', async () => {
    const { code, stdout, stderr } = await review();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /`warmpath-prewarm-staging`[\s\S]*the queue is replaced: slices and other messages/,
    );
    expect(stdout).toContain('construct `prewarm-staging/prewarm/queue`');
    const tokens = api.requests.map(({ line, headers }) => [line, headers.authorization ?? 'none']);
    expect(tokens).toContainEqual(['GET /api/v2/plans/plan-1', `Bearer ${TOKEN}`]);
    expect(tokens).toContainEqual([`GET ${link}`, 'none']);
    expect(stdout + stderr).not.toContain('canary');
  });

  it('reviews the redacted form where the token is of no administrator', async () => {
    api
      .on('GET /api/v2/plans/plan-1/json-output', { status: 404 })
      .on('GET /api/v2/plans/plan-1/json-output-redacted', {
        status: 200,
        body: { plan_format_version: '1.2', provider_schemas: {}, resource_changes: [queue] },
      });
    const result = await warmpath(['review', '--run', 'run-1', '--hostname', host, '--format', 'json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout).stacks).toMatchObject([
      { source: 'redacted-plan', counts: { replace: 1 } },
    ]);
  });

  it.each([
    [401, 2, /refuses the token/],
    [404, 1, /is not there, or the token may not see it/],
  ])('ends at %s with code %s and one error, without a stack or a token', async (status, code, message) => {
    api.on('GET /api/v2/runs/run-1', { status, body: { errors: [{ title: 'no' }] } });
    const result = await review();
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(result.stderr).not.toMatch(/canary|\n\s+at /);
  });

  it('asks for a token by the name of its variable, before anything is sent', async () => {
    const result = await warmpath(['review', '--run', 'run-1', '--hostname', 'tfe-1.example.org']);
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('set TF_TOKEN_tfe__1_example_org'),
    });
    expect(api.requests).toEqual([]);
  });
});

describe('warmpath hcp workspaces', () => {
  const path = '/api/v2/organizations/acme/workspaces';

  beforeAll(() => {
    const stack = join(home, 'out/stacks/prewarm-staging');
    mkdirSync(stack, { recursive: true });
    const cloud = { hostname: host, organization: 'acme', workspaces: { name: 'warmpath-prewarm-staging' } };
    writeFileSync(join(stack, 'cdk.tf.json'), JSON.stringify({ terraform: { cloud } }));
  });

  function workspaces(...args: string[]): Promise<CliResult> {
    return warmpath(['hcp', 'workspaces', '--out', join(home, 'out'), ...args]);
  }

  it('only says what is missing, and ends with 1', async () => {
    const { code, stdout } = await workspaces();
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/prewarm-staging +acme\/warmpath-prewarm-staging +missing/),
    });
    expect(api.lines()).toEqual([`GET ${path}/warmpath-prewarm-staging`]);
  });

  it('creates it when told to, and finds it as wanted from then on', async () => {
    api.on(`POST ${path}`, { status: 201, body: { data: {} } });
    expect(await workspaces('--apply')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('created'),
    });
    const sent = api.sent(`POST ${path}`) as { data: object };
    api.on(`GET ${path}/warmpath-prewarm-staging`, {
      status: 200,
      body: { data: { id: 'ws-1', ...sent.data } },
    });
    expect(await workspaces()).toMatchObject({ code: 0, stdout: expect.stringContaining('as wanted') });
  });
});

describe('warmpath hcp run', () => {
  it('uploads with the token of the configuration, and leaves it out where the link is enough', async () => {
    const workspace = '/api/v2/organizations/acme/workspaces/warmpath-prewarm-staging';
    api
      .on(`GET ${workspace}`, { status: 200, body: { data: { id: 'ws-1' } } })
      .on('POST /api/v2/workspaces/ws-1/configuration-versions', {
        status: 201,
        body: { data: { id: 'cv-2', attributes: { 'upload-url': `https://${host}/archivist/canary-link` } } },
      })
      .on('PUT /archivist/canary-link', { status: 200 })
      .on('GET /api/v2/configuration-versions/cv-2', {
        status: 200,
        body: { data: { attributes: { status: 'uploaded' } } },
      })
      .on('POST /api/v2/runs', {
        status: 422,
        body: { errors: [{ detail: 'the workspace is locked for runs' }] },
      });
    const out = join(home, 'out');
    const result = await warmpath([
      'hcp',
      'run',
      '--stack',
      'prewarm-staging',
      '--speculative',
      '--out',
      out,
    ]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/answered \/runs with 422: the workspace is locked/);
    expect(result.stderr).not.toContain('canary');
    const upload = api.requests.find(({ line }) => line.startsWith('PUT '));
    expect(upload?.headers.authorization).toBeUndefined();
    expect(api.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it.each([
    [['run', '--stack', 'absent'], /--stack "absent": no stack in/],
    [
      ['run', '--stack', 'prewarm-staging', '--speculative', '--expect', 'a'.repeat(32)],
      /allowed one of them/,
    ],
    [
      ['variables', '--environment', 'staging', '--plan-role', 'me', '--apply-role', 'me'],
      /--plan-role: got "me"; allowed the ARN of a role/,
    ],
  ])('starts nothing with %j', async (args, message) => {
    const result = await warmpath(['hcp', ...args, '--out', join(home, 'out')]);
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
    expect(api.requests).toEqual([]);
  });
});
