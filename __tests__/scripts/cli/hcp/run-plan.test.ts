import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { findHcpToken } from '../../../../scripts/cli/hcp/hcp-token';
import { fetchRunPlan, readRunPlan } from '../../../../scripts/cli/review/run/fetch-run-plan';
import { HcpApi } from './hcp-api';

const PLAN = { format_version: '1.2', resource_changes: [] };
let api: HcpApi;

async function noWait(): Promise<void> {}

beforeEach(async () => {
  api = new HcpApi();
  await api.start();
  api.givePlannedRun({ link: '/archive/secret-link', plan: PLAN });
});

afterEach(async () => {
  await api.stop();
});

function planIn(status: string) {
  return { status: 200, body: { data: { attributes: { status } } } };
}

describe('the plan of a run', () => {
  it('is waited for, and fetched by a link that gets no token', async () => {
    api.on('GET /api/v2/plans/plan-1', planIn('queued'), planIn('running'), planIn('finished'));
    const { workspace, document } = await readRunPlan(api.client(), 'run-1', noWait);
    expect(workspace).toBe('warmpath-prewarm-staging');
    expect(JSON.parse(document.toString())).toEqual(PLAN);
    const byLine = new Map(api.requests.map(({ line, headers }) => [line, headers.authorization]));
    expect(byLine.get('GET /archive/secret-link')).toBeUndefined();
    expect(byLine.get('GET /api/v2/plans/plan-1')).toBe('Bearer user-token');
  });

  it('is asked for again while it is not yet there, and where its link has expired', async () => {
    api
      .on(
        'GET /api/v2/plans/plan-1/json-output',
        { status: 204 },
        { status: 307, headers: { location: '/archive/old' } },
        { status: 307, headers: { location: '/archive/secret-link' } },
      )
      .on('GET /archive/old', { status: 403 });
    await readRunPlan(api.client(), 'run-1', noWait);
    expect(api.lines().filter((line) => line.endsWith('json-output'))).toHaveLength(3);
  });

  it('is taken in its redacted form where the token is not of an administrator', async () => {
    api
      .on('GET /api/v2/plans/plan-1/json-output', { status: 404 })
      .on('GET /api/v2/plans/plan-1/json-output-redacted', {
        status: 200,
        body: { plan_format_version: '1.2' },
      });
    const { document } = await readRunPlan(api.client(), 'run-1', noWait);
    expect(JSON.parse(document.toString())).toEqual({ plan_format_version: '1.2' });
  });

  it.each(['errored', 'canceled', 'unreachable'])('that is %s is refused', async (status) => {
    api.on('GET /api/v2/plans/plan-1', planIn(status));
    await expect(readRunPlan(api.client(), 'run-1', noWait)).rejects.toThrow(
      `the plan of this run is ${status}`,
    );
  });

  it('of a Terraform that is too old is refused', async () => {
    api.on('GET /api/v2/plans/plan-1/json-output', { status: 422 });
    await expect(readRunPlan(api.client(), 'run-1', noWait)).rejects.toThrow(/too old for plan JSON/);
  });

  it('waits as long as a limit says, a fraction of a second, and tries a server that fails again', async () => {
    api.on(
      'GET /api/v2/runs/run-1',
      { status: 429, headers: { 'x-ratelimit-reset': '0.4' } },
      { status: 502 },
      { status: 401 },
    );
    const waits: number[] = [];
    await expect(readRunPlan(api.client(waits), 'run-1', noWait)).rejects.toThrow(/refuses the token/);
    expect(waits).toEqual([450, 2_000]);
  });

  describe('with its configuration version', () => {
    const link = '/archive/configuration';
    let archive: string;

    beforeEach(() => {
      archive = mkdtempSync(join(tmpdir(), 'warmpath-archive-'));
      api
        .on('GET /api/v2/runs/run-1', {
          status: 200,
          body: {
            data: {
              attributes: { status: 'planned' },
              relationships: {
                plan: { data: { id: 'plan-1' } },
                'configuration-version': { data: { id: 'cv-1' } },
              },
            },
          },
        })
        .on('GET /api/v2/configuration-versions/cv-1/download', { status: 302, headers: { location: link } });
    });

    afterEach(() => {
      rmSync(archive, { recursive: true, force: true });
    });

    /** Packs files as HCP's clients do. */
    function packed(files: Readonly<Record<string, object>>): Buffer {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(archive, path)), { recursive: true });
        writeFileSync(join(archive, path), JSON.stringify(content));
      }
      return execFileSync('tar', ['--format=pax', '-czf', '-', '-C', archive, '.']);
    }

    it('tells the stack that was planned, however deep it lies', async () => {
      const deep = `${'folder-of-a-long-name/'.repeat(12)}cdk.tf.json`;
      api.on(`GET ${link}`, { status: 200, body: packed({ [deep]: { resource: {} }, 'other.json': {} }) });
      expect(await readRunPlan(api.client(), 'run-1', noWait)).toMatchObject({
        configuration: { resource: {} },
      });
      const download = api.requests.find(({ line }) => line === `GET ${link}`);
      expect(download?.headers.authorization).toBeUndefined();
    });

    it.each([
      ['may not be read', { status: 404 }],
      ['is no archive', { status: 200, body: Buffer.from('<html>') }],
    ])('that %s is done without', async (_case, answer) => {
      api.on(`GET ${link}`, answer);
      const plan = await readRunPlan(api.client(), 'run-1', noWait);
      expect(JSON.parse(plan.document.toString())).toEqual(PLAN);
      expect(plan.configuration).toBeUndefined();
    });

    it('of several stacks is done without: which one was planned is not known', async () => {
      api.on(`GET ${link}`, { status: 200, body: packed({ 'a/cdk.tf.json': {}, 'b/cdk.tf.json': {} }) });
      expect((await readRunPlan(api.client(), 'run-1', noWait)).configuration).toBeUndefined();
    });
  });

  it('that is not there says that the token may not see it; no message holds token or link', async () => {
    const error = await readRunPlan(api.client(), 'run-2', noWait).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/\/runs\/run-2 is not there, or the token may not see it/);
    await expect(readRunPlan(api.client(), '../../etc', noWait)).rejects.toThrow(/allowed the id of a run/);
    expect(String(error)).not.toMatch(/user-token|secret-link/);
  });

  it('comes in pages', async () => {
    api
      .on('GET /api/v2/things?page%5Bnumber%5D=1&page%5Bsize%5D=100', {
        status: 200,
        body: { data: [1], meta: { pagination: { 'next-page': 2 } } },
      })
      .on('GET /api/v2/things?page%5Bnumber%5D=2&page%5Bsize%5D=100', {
        status: 200,
        body: { data: [2], meta: { pagination: { 'next-page': null } } },
      });
    expect(await api.client().list('/things')).toEqual([1, 2]);
  });
});

describe('the token of a host', () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'warmpath-home-'));
  });

  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  it.each([
    ['TF_TOKEN_app_terraform_io', 'app.terraform.io'],
    ['TF_TOKEN_app.terraform.io', 'app.terraform.io'],
    ['TF_TOKEN_tfe__one_example_org', 'tfe-one.example.org'],
    ['TF_TOKEN_bücher_example', 'xn--bcher-kva.example'],
  ])('is in %s', (name, host) => {
    expect(findHcpToken(host, { [name]: 'token' }, home)).toBe('token');
  });

  it.each([
    ['.terraform.d/credentials.tfrc.json', '{"credentials":{"App.Terraform.IO":{"token":"found"}}}'],
    ['.terraformrc', 'credentials "APP.terraform.io" {\n  token = "found"\n}\n'],
  ])('is found in %s however the host is written', (file, text) => {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), text);
    expect(findHcpToken('app.TERRAFORM.io', {}, home)).toBe('found');
  });

  it('of a host in letters of its own language is found under its name in the DNS', () => {
    expect(findHcpToken('bücher.example', { TF_TOKEN_xn____bcher__kva_example: 'token' }, home)).toBe(
      'token',
    );
    expect(() => findHcpToken('localhost:8443', {}, home)).toThrow(
      /no token for localhost:8443: set a credentials block/,
    );
  });

  it.each(['evil.example/api', 'user@evil.example', 'a b', 'https://x.example'])(
    'is sent to no host that is written as %j',
    async (host) => {
      await expect(fetchRunPlan('run-1', host)).rejects.toThrow(/allowed a host name such as/);
    },
  );

  it('of the environment wins over the configuration, and that over the login', () => {
    mkdirSync(join(home, '.terraform.d'));
    writeFileSync(
      join(home, '.terraform.d/credentials.tfrc.json'),
      '{"credentials":{"app.terraform.io":{"token":"login"}}}',
    );
    expect(findHcpToken('app.terraform.io', {}, home)).toBe('login');
    writeFileSync(
      join(home, '.terraformrc'),
      'credentials "app.terraform.io" {\n  token = "configured"\n}\n',
    );
    expect(findHcpToken('app.terraform.io', {}, home)).toBe('configured');
    expect(findHcpToken('app.terraform.io', { TF_TOKEN_app_terraform_io: 'env' }, home)).toBe('env');
  });

  it.each([
    ['TF_CLI_CONFIG_FILE', 'own.rc', 'credentials "app.terraform.io" { token = "found" }\n'],
    ['TF_CLI_CONFIG_FILE', 'own.json', '{"credentials":{"app.terraform.io":{"token":"found"}}}'],
    ['XDG_CONFIG_HOME', 'opentofu/tofurc', 'credentials "app.terraform.io" {\n  token = "found"\n}\n'],
    [
      'XDG_CONFIG_HOME',
      'opentofu/credentials.tfrc.json',
      '{"credentials":{"app.terraform.io":{"token":"found"}}}',
    ],
    [undefined, '.config/opentofu/tofurc', 'credentials "app.terraform.io" {\n  token = "found"\n}\n'],
    [undefined, '.terraform.d/work.tfrc', 'credentials "app.terraform.io" {\n  token = "found"\n}\n'],
  ])('is found by way of %s in %s', (variable, file, text) => {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), text);
    const value = variable === 'XDG_CONFIG_HOME' ? home : join(home, file);
    expect(findHcpToken('app.terraform.io', variable === undefined ? {} : { [variable]: value }, home)).toBe(
      'found',
    );
  });

  it('of the named configuration alone counts where a variable names one', () => {
    writeFileSync(join(home, '.terraformrc'), 'credentials "app.terraform.io" { token = "other" }\n');
    writeFileSync(join(home, 'own.rc'), 'credentials "tfe.example.org" { token = "own" }\n');
    const env = { TF_CLI_CONFIG_FILE: join(home, 'own.rc') };
    expect(findHcpToken('tfe.example.org', env, home)).toBe('own');
    expect(() => findHcpToken('app.terraform.io', env, home)).toThrow(/no token for app\.terraform\.io/);
  });

  it('is in no message about a file that is damaged', () => {
    mkdirSync(join(home, '.terraform.d'));
    writeFileSync(join(home, '.terraform.d/credentials.tfrc.json'), '{"credentials":{"a":{"token":"canary"}');
    let problem: unknown;
    try {
      findHcpToken('app.terraform.io', {}, home);
    } catch (error) {
      problem = error;
    }
    expect(String(problem)).toMatch(/credentials\.tfrc\.json: cannot be read as JSON/);
    expect(inspect(problem)).not.toContain('canary');
  });

  it('that is missing is named with the variable to set', () => {
    expect(() => findHcpToken('tfe-1.example.org', {}, home)).toThrow(
      'set TF_TOKEN_tfe__1_example_org, or run terraform login',
    );
  });
});
