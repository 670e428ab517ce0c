import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
