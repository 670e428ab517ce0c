import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkTags } from '../../../../scripts/cli/hcp/workspace-tags';
import { checkWorkspace, wantedWorkspaces } from '../../../../scripts/cli/hcp/workspaces';
import { HcpApi } from './hcp-api';

const workspace = {
  stack: 'prewarm-staging',
  environment: 'staging',
  hostname: 'app.terraform.io',
  organization: 'acme',
  name: 'warmpath-prewarm-staging',
  reads: [],
};
const LINE = 'GET /api/v2/organizations/acme/workspaces/warmpath-prewarm-staging';
let api: HcpApi;

beforeEach(async () => {
  api = new HcpApi();
  await api.start();
});

afterEach(async () => {
  await api.stop();
});

describe('workspaces', () => {
  it('are those that the backends of the stacks name', () => {
    const out = mkdtempSync(join(tmpdir(), 'warmpath-hcp-'));
    try {
      for (const [stack, terraform] of [
        [
          'prewarm-staging',
          { cloud: { organization: 'acme', workspaces: { name: 'warmpath-prewarm-staging' } } },
        ],
        ['prewarm-prod', { backend: { s3: {} } }],
      ] as const) {
        mkdirSync(join(out, 'stacks', stack), { recursive: true });
        writeFileSync(join(out, 'stacks', stack, 'cdk.tf.json'), JSON.stringify({ terraform }));
      }
      expect(wantedWorkspaces(out)).toEqual([workspace]);
      expect(() => wantedWorkspaces(join(out, 'absent'))).toThrow(/run npm run synth first/);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });

  it('that are missing are created only when asked to, without auto-apply', async () => {
    api.on('POST /api/v2/organizations/acme/workspaces', { status: 201, body: {} });
    expect(await checkWorkspace(api.client(), workspace, false)).toEqual({ kind: 'missing' });
    expect(api.lines()).toEqual([LINE]);
    expect(await checkWorkspace(api.client(), workspace, true)).toEqual({ kind: 'created' });
    const sent = JSON.parse(api.requests.at(-1)?.body ?? '{}');
    expect(sent.data).toMatchObject({
      type: 'workspaces',
      attributes: { name: workspace.name, 'auto-apply': false, 'execution-mode': 'remote' },
    });
  });

  it('that differ are told, and never changed', async () => {
    api.on(LINE, {
      status: 200,
      body: { data: { attributes: { 'auto-apply': true, 'execution-mode': 'remote' } } },
    });
    expect(await checkWorkspace(api.client(), workspace, true)).toEqual({
      kind: 'differs',
      differences: ['auto-apply is true, wanted false'],
    });
    expect(api.lines()).toEqual([LINE]);
  });

  it('may run on own agents, and are to where a pool is named', async () => {
    const onAgents = { 'auto-apply': false, 'execution-mode': 'agent' };
    api.on(LINE, { status: 200, body: { data: { attributes: onAgents } } });
    expect(await checkWorkspace(api.client(), workspace, false)).toEqual({ kind: 'as-wanted' });
    expect(await checkWorkspace(api.client(), workspace, false, 'apool-1')).toEqual({ kind: 'as-wanted' });
    api.on(LINE, { status: 200, body: { data: { attributes: { 'execution-mode': 'local' } } } });
    expect(await checkWorkspace(api.client(), workspace, false)).toEqual({
      kind: 'differs',
      differences: ['execution-mode is "local", wanted remote or agent'],
    });
    api.on(LINE, { status: 404 }).on('POST /api/v2/organizations/acme/workspaces', { status: 201, body: {} });
    await checkWorkspace(api.client(), workspace, true, 'apool-1');
    expect(api.sent('POST /api/v2/organizations/acme/workspaces')).toMatchObject({
      data: { attributes: { 'execution-mode': 'agent', 'agent-pool-id': 'apool-1' } },
    });
  });

  it('are not created where the organization refuses', async () => {
    api.on('POST /api/v2/organizations/acme/workspaces', {
      status: 409,
      body: { errors: [{ detail: 'taken' }] },
    });
    await expect(checkWorkspace(api.client(), workspace, true)).rejects.toThrow(
      /state that does not allow it: taken/,
    );
  });
});

describe('the tags of a workspace', () => {
  const TAGS = '/api/v2/workspaces/ws-1/tag-bindings';

  beforeEach(() => {
    api.on(LINE, { status: 200, body: { data: { id: 'ws-1' } } });
  });

  function tag(key: string, value: string) {
    return { type: 'tag-bindings', attributes: { key, value } };
  }

  it('are made where they are missing or differ, and others are left', async () => {
    const data = [tag('environment', 'prod'), tag('team', 'shell')];
    api.on(`GET ${TAGS}`, { status: 200, body: { data } }).on(`PATCH ${TAGS}`, { status: 200, body: {} });
    expect(await checkTags(api.client(), workspace, false)).toEqual([
      {
        sentence: 'tagged project=warmpath, environment=staging: not yet; --apply makes it so',
        isWanted: false,
      },
    ]);
    expect(api.lines().filter((line) => line.startsWith('PATCH'))).toEqual([]);
    expect(await checkTags(api.client(), workspace, true)).toMatchObject([{ isWanted: true }]);
    expect(api.sent(`PATCH ${TAGS}`)).toEqual({
      data: [tag('project', 'warmpath'), tag('environment', 'staging')],
    });
  });

  it('are not spoken of where they are there, or the host has none', async () => {
    const data = [tag('environment', 'staging'), tag('project', 'warmpath')];
    api.on(`GET ${TAGS}`, { status: 200, body: { data } });
    expect(await checkTags(api.client(), workspace, true)).toEqual([]);
    api.on(`GET ${TAGS}`, { status: 404 });
    expect(await checkTags(api.client(), workspace, true)).toEqual([]);
  });
});
