import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HcpError } from '../../../../scripts/cli/hcp/hcp-client';
import { type RunRequest, runStack } from '../../../../scripts/cli/hcp/run-stack';
import { readExpectation } from '../../../../scripts/cli/review/expectation';
import { HcpApi } from './hcp-api';

const WORKSPACE = {
  stack: 'prewarm-staging',
  environment: 'staging',
  hostname: 'app.terraform.io',
  organization: 'acme',
  name: 'warmpath-prewarm-staging',
  reads: [],
};
const LINK = '/archivist/canary-upload';
const APPLY = 'POST /api/v2/runs/run-1/actions/apply';
const DISCARD = 'POST /api/v2/runs/run-1/actions/discard';
let api: HcpApi;
let folder: string;
let shown: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'warmpath-run-'));
  const stack = join(folder, 'out/stacks/prewarm-staging');
  for (const part of ['.terraform/modules', '.terraform/providers', 'assets', '.git'])
    mkdirSync(join(stack, part), { recursive: true });
  for (const [name, text] of Object.entries({
    'cdk.tf.json': '{"resource":{}}',
    '.terraform.lock.hcl': '# lock',
    [`assets/${'long-name-'.repeat(12)}.zip`]: 'zip',
    '.terraform/modules/modules.json': '{}',
    '.terraform/providers/aws': 'binary',
    '.git/HEAD': 'ref',
    'terraform.tfstate': 'canary-state',
    'terraform.prewarm-staging.tfstate.backup': 'canary-state',
    'plan.json': 'canary-plan',
    'prod.tfplan': 'canary-plan',
  }))
    writeFileSync(join(stack, name), text);
  api = new HcpApi();
  await api.start();
  shown = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    shown += text;
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += text;
    return true;
  });
  api
    .on('GET /api/v2/organizations/acme/workspaces/warmpath-prewarm-staging', ok({ id: 'ws-1' }))
    .on('POST /api/v2/workspaces/ws-1/configuration-versions', {
      status: 201,
      body: { data: { id: 'cv-1', attributes: { 'upload-url': api.origin + LINK } } },
    })
    .on(`PUT ${LINK}`, { status: 502 }, { status: 200 })
    .on(
      'GET /api/v2/configuration-versions/cv-1',
      ok({ attributes: { status: 'pending' } }),
      ok({ attributes: { status: 'uploaded' } }),
    )
    .on('POST /api/v2/runs', { status: 201, body: run('pending') })
    .on('GET /api/v2/runs/run-1', { status: 200, body: run('planned', true) })
    .on(
      'GET /api/v2/plans/plan-1',
      ok({ attributes: { status: 'queued' } }),
      ok({ attributes: { status: 'finished' } }),
    )
    .on('GET /api/v2/plans/plan-1/json-output', {
      status: 200,
      body: {
        format_version: '1.2',
        resource_changes: [
          {
            address: 'aws_sqs_queue.q',
            mode: 'managed',
            type: 'aws_sqs_queue',
            name: 'q',
            change: { actions: ['delete'], before: { name: 'a' }, after: null },
          },
        ],
      },
    });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

function ok(data: object) {
  return { status: 200, body: { data } };
}

function run(status: string, isConfirmable = false) {
  return {
    data: {
      id: 'run-1',
      attributes: { status, actions: { 'is-confirmable': isConfirmable } },
      relationships: { plan: { data: { id: 'plan-1' } } },
    },
  };
}

function start(request: Partial<RunRequest> = {}): Promise<number> {
  const whole = { stack: 'prewarm-staging', out: join(folder, 'out'), isSpeculative: false, ...request };
  const expectation = whole.expect === undefined ? undefined : readExpectation(whole.expect);
  return runStack(api.client(), WORKSPACE, whole, expectation, async () => undefined);
}

/** Files of the archive that was uploaded last. */
function uploaded(): readonly string[] {
  const upload = api.requests.findLast(({ line }) => line === `PUT ${LINK}`);
  const names = execFileSync('tar', ['-tzf', '-'], { input: upload?.bytes, encoding: 'utf8' }).split('\n');
  return names.filter((name) => name !== '' && !name.endsWith('/')).sort();
}

async function fingerprint(): Promise<string> {
  await start({ reviews: folder });
  return JSON.parse(readFileSync(join(folder, 'prewarm-staging.json'), 'utf8')).fingerprint;
}

describe('a run from here', () => {
  it('uploads the stack at the root of the archive, without states, plans and providers, and with no token', async () => {
    expect(await start({ isSpeculative: true })).toBe(0);
    const upload = api.requests.findLast(({ line }) => line === `PUT ${LINK}`);
    expect(upload?.headers).toMatchObject({ 'content-type': 'application/octet-stream' });
    expect(upload?.headers.authorization).toBeUndefined();
    expect(uploaded()).toEqual([
      './.terraform.lock.hcl',
      './.terraform/modules/modules.json',
      `./assets/${'long-name-'.repeat(12)}.zip`,
      './cdk.tf.json',
    ]);
    expect(shown).not.toContain('canary');
  });

  it('leaves out what .terraformignore names, and takes links as what they lead to', async () => {
    const stack = join(folder, 'out/stacks/prewarm-staging');
    const shared = join(folder, 'shared');
    mkdirSync(shared);
    writeFileSync(join(shared, 'template.json'), '{}');
    symlinkSync(shared, join(stack, 'templates'));
    writeFileSync(join(stack, 'notes.md'), 'mine');
    for (const ignored of ['assets/gone', '.terraform/providers/gone'])
      symlinkSync('nowhere', join(stack, ignored));
    writeFileSync(join(stack, '.terraformignore'), '# not needed\n*.md\nassets/\n.terraformignore\n');
    await start({ isSpeculative: true });
    expect(uploaded()).toEqual([
      './.terraform.lock.hcl',
      './.terraform/modules/modules.json',
      './cdk.tf.json',
      './templates/template.json',
    ]);
  });

  it.each([
    ['nowhere', /gone: a link to what is not there; remove it/],
    ['.', /gone: a link back to a folder that it lies in/],
  ])('uploads nothing with a link to %s', async (target, message) => {
    symlinkSync(target, join(folder, 'out/stacks/prewarm-staging/gone'));
    await expect(start()).rejects.toThrow(message);
    expect(api.lines().filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  it('is the same upload for the same files, whenever they were written, also through a link', async () => {
    await start({ isSpeculative: true });
    const linked = join(folder, 'linked');
    mkdirSync(join(linked, 'stacks'), { recursive: true });
    symlinkSync(join(folder, 'out/stacks/prewarm-staging'), join(linked, 'stacks/prewarm-staging'));
    await start({ isSpeculative: true, out: linked });
    const [first, last] = api.requests.filter(({ line }) => line === `PUT ${LINK}`).slice(-2);
    expect(first?.bytes.equals(last?.bytes ?? Buffer.alloc(0))).toBe(true);
  });

  it('starts no run by the upload, plans only where it is speculative, and never applies by itself', async () => {
    await start({ isSpeculative: true, message: 'request 7' });
    expect(api.sent('POST /api/v2/workspaces/ws-1/configuration-versions')).toMatchObject({
      data: { attributes: { 'auto-queue-runs': false, speculative: true } },
    });
    expect(api.sent('POST /api/v2/runs')).toMatchObject({
      data: {
        attributes: { 'plan-only': true, 'auto-apply': false, message: 'request 7' },
        relationships: {
          workspace: { data: { id: 'ws-1' } },
          'configuration-version': { data: { id: 'cv-1' } },
        },
      },
    });
    await start();
    expect(api.sent('POST /api/v2/runs')).toMatchObject({ data: { attributes: { 'auto-apply': false } } });
    expect(api.sent('POST /api/v2/runs')).not.toHaveProperty('data.attributes.plan-only');
    expect(api.lines()).not.toContain(APPLY);
  });

  it('writes the review and where the run is', async () => {
    await start();
    expect(shown).toContain(
      'https://app.terraform.io/app/acme/workspaces/warmpath-prewarm-staging/runs/run-1',
    );
    expect(shown).toMatch(/the queue is deleted: slices and other messages/);
  });

  it('is applied where its plan is the one that was reviewed, once it may be', async () => {
    const expect_ = await fingerprint();
    api
      .on(
        'GET /api/v2/runs/run-1',
        { status: 200, body: run('planned') },
        { status: 200, body: run('policy_checking') },
        { status: 200, body: run('policy_checked', true) },
        { status: 200, body: run('applying') },
        { status: 200, body: run('applied') },
      )
      .on(APPLY, { status: 202 });
    expect(await start({ expect: expect_ })).toBe(0);
    expect(api.lines()).toContain(APPLY);
    expect(shown).toContain('prewarm-staging is applied');
  });

  it('is discarded where its plan is another one, and says so', async () => {
    api.on(DISCARD, { status: 202 });
    expect(await start({ expect: 'f'.repeat(32) })).toBe(1);
    expect(api.lines()).toContain(DISCARD);
    expect(api.lines()).not.toContain(APPLY);
    expect(shown).toMatch(/is not to be applied: the fresh plan is not the one[\s\S]*run-1 is discarded/);
  });

  it('is discarded while it waits for a policy to be overridden, and says what it waits for', async () => {
    const waiting = run('policy_override');
    Object.assign(waiting.data.attributes.actions, { 'is-discardable': true });
    api
      .on(
        'GET /api/v2/runs/run-1',
        { status: 200, body: run('pending') },
        { status: 200, body: run('pending') },
        { status: 200, body: waiting },
      )
      .on(DISCARD, { status: 202 });
    expect(await start({ expect: 'f'.repeat(32) })).toBe(1);
    expect(api.lines()).toContain(DISCARD);
    expect(shown).toMatch(/run-1 is pending: it waits for its turn behind others/);
  });

  it.each(['apply_queued', 'applied'])(
    'that somebody else confirmed is waited for where it is the reviewed one, and told where not: %s',
    async (status) => {
      const expect_ = await fingerprint();
      api.on(
        'GET /api/v2/runs/run-1',
        { status: 200, body: run('planned', true) },
        { status: 200, body: run(status) },
        { status: 200, body: run('applied') },
      );
      expect(await start({ expect: expect_ })).toBe(0);
      expect(api.lines()).not.toContain(APPLY);
      api.on('GET /api/v2/runs/run-1', { status: 200, body: run(status) });
      await expect(start({ expect: 'f'.repeat(32) })).rejects.toThrow(/somebody else confirmed it/);
      expect(shown).toMatch(/is not to be applied: the fresh plan is not the one/);
    },
  );

  it('waits there for somebody, and says so, where nobody said what to expect', async () => {
    await start();
    expect(shown).toMatch(/run-1 waits there to be confirmed or discarded/);
    shown = '';
    await start({ isSpeculative: true });
    expect(shown).not.toContain('waits there');
  });

  it('has nothing to apply where it ended after its plan', async () => {
    const expect_ = await fingerprint();
    api.on('GET /api/v2/runs/run-1', { status: 200, body: run('planned_and_finished') });
    expect(await start({ expect: expect_ })).toBe(0);
    expect(api.lines()).not.toContain(APPLY);
  });

  it.each([
    ['errored', /run-1 ended as errored/],
    ['policy_soft_failed', /run-1 ended as policy_soft_failed/],
  ])('fails where the apply ends as %s', async (status, message) => {
    const expect_ = await fingerprint();
    api
      .on(
        'GET /api/v2/runs/run-1',
        { status: 200, body: run('planned', true) },
        { status: 200, body: run('planned', true) },
        { status: 200, body: run(status) },
      )
      .on(APPLY, { status: 202 });
    await expect(start({ expect: expect_ })).rejects.toThrow(message);
  });

  it('says that somebody else was faster where the apply is a conflict', async () => {
    const expect_ = await fingerprint();
    api.on(APPLY, { status: 409, body: { errors: [{ detail: 'transition not allowed' }] } });
    await expect(start({ expect: expect_ })).rejects.toThrow(/state that does not allow it: transition/);
  });

  it('fails with the reason where the configuration is not taken', async () => {
    api.on(
      'GET /api/v2/configuration-versions/cv-1',
      ok({ attributes: { status: 'errored', 'error-message': 'bad archive' } }),
    );
    await expect(start()).rejects.toThrow(/cv-1 is errored: bad archive/);
    expect(api.lines()).not.toContain('POST /api/v2/runs');
  });

  it('uploads to no link that is not https', async () => {
    api.on('POST /api/v2/workspaces/ws-1/configuration-versions', {
      status: 201,
      body: { data: { id: 'cv-1', attributes: { 'upload-url': 'http://elsewhere.example/x' } } },
    });
    await expect(start()).rejects.toThrow(HcpError);
  });

  function listed(...versionIds: readonly string[]) {
    const runs = versionIds.map((id, index) => ({
      ...run('pending').data,
      id: `run-${index + 1}`,
      relationships: { 'configuration-version': { data: { id } } },
    }));
    return { status: 200, body: { data: runs, meta: { pagination: { 'next-page': 2 } } } };
  }

  it('is made once where the answer to it is lost', async () => {
    api
      .on('POST /api/v2/runs', { status: 502 })
      .on('GET /api/v2/workspaces/ws-1/runs', listed('cv-1', 'cv-of-somebody-else'));
    expect(await start({ isSpeculative: true })).toBe(0);
    expect(api.lines().filter((line) => line === 'POST /api/v2/runs')).toHaveLength(1);
    expect(api.lines().filter((line) => line.includes('/workspaces/ws-1/runs'))).toHaveLength(1);
    expect(shown).toContain('/runs/run-1');
  });

  it('is asked for again where the first request made none, and without looking after 429', async () => {
    api
      .on('POST /api/v2/runs', { status: 502 }, { status: 429 }, { status: 201, body: run('pending') })
      .on('GET /api/v2/workspaces/ws-1/runs', listed('cv-of-somebody-else'));
    expect(await start({ isSpeculative: true })).toBe(0);
    expect(api.lines().filter((line) => line === 'POST /api/v2/runs')).toHaveLength(3);
    expect(api.lines().filter((line) => line.includes('/workspaces/ws-1/runs'))).toHaveLength(1);
  });

  it('that was told to apply, and whose answer was lost, is waited for', async () => {
    const expect_ = await fingerprint();
    api
      .on(
        'GET /api/v2/runs/run-1',
        { status: 200, body: run('planned', true) },
        { status: 200, body: run('planned', true) },
        { status: 200, body: run('applied') },
      )
      .on(APPLY, { status: 504 }, { status: 409 });
    expect(await start({ expect: expect_ })).toBe(0);
  });
});
