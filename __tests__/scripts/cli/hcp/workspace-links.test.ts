import { checkLinks } from '../../../../scripts/cli/hcp/workspace-links';
import { HcpApi } from './hcp-api';

const READER = { organization: 'acme', name: 'app', reads: ['network'] };
const TRIGGERS = '/api/v2/workspaces/ws-app/run-triggers';
const CONSUMERS = '/api/v2/workspaces/ws-network/relationships/remote-state-consumers';
let api: HcpApi;

beforeEach(async () => {
  api = new HcpApi();
  await api.start();
  for (const name of ['app', 'network'])
    api.on(`GET /api/v2/organizations/acme/workspaces/${name}`, {
      status: 200,
      body: { data: { id: `ws-${name}` } },
    });
  api.on(`GET ${TRIGGERS}`, { status: 200, body: { data: [] } });
  api.on(`GET ${CONSUMERS}`, { status: 200, body: { data: [] } });
});

afterEach(async () => {
  await api.stop();
});

function trigger(id: string) {
  return { relationships: { sourceable: { data: { id, type: 'workspaces' } } } };
}

describe('a stack that reads the state of another', () => {
  it('is told what its workspace still needs, and nothing is changed', async () => {
    expect(await checkLinks(api.client(), READER, false)).toEqual([
      { sentence: 'reads the state of network: not yet; --apply makes it so', isWanted: false },
      { sentence: 'runs after network: not yet; --apply makes it so', isWanted: false },
    ]);
    expect(api.lines().filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  it('gets both where it is told to', async () => {
    api.on(`POST ${CONSUMERS}`, { status: 204 }).on(`POST ${TRIGGERS}`, { status: 201, body: {} });
    const states = await checkLinks(api.client(), READER, true);
    expect(states.every(({ isWanted }) => isWanted)).toBe(true);
    expect(api.sent(`POST ${CONSUMERS}`)).toEqual({ data: [{ type: 'workspaces', id: 'ws-app' }] });
    expect(api.sent(`POST ${TRIGGERS}`)).toMatchObject({
      data: { relationships: { sourceable: { data: { id: 'ws-network' } } } },
    });
  });

  it('gets its trigger once where the answer is lost', async () => {
    api
      .on(`POST ${CONSUMERS}`, { status: 204 })
      .on(`POST ${TRIGGERS}`, { status: 502 }, { status: 422 })
      .on(
        `GET ${TRIGGERS}`,
        { status: 200, body: { data: [] } },
        { status: 200, body: { data: [trigger('ws-network')] } },
      );
    expect((await checkLinks(api.client(), READER, true)).every(({ isWanted }) => isWanted)).toBe(true);
    expect(api.lines().filter((line) => line === `POST ${TRIGGERS}`)).toHaveLength(1);
  });

  it('needs nothing where both are there, on whichever page they stand', async () => {
    api
      .on(
        `GET ${TRIGGERS}`,
        {
          status: 200,
          body: { data: [trigger('ws-1')], meta: { pagination: { 'next-page': 2 } } },
        },
        { status: 200, body: { data: [trigger('ws-network')], meta: { pagination: { 'next-page': null } } } },
      )
      .on(`GET ${CONSUMERS}`, { status: 200, body: { data: [{ id: 'ws-app', type: 'workspaces' }] } });
    const states = await checkLinks(api.client(), READER, true);
    expect(states.map(({ sentence }) => sentence)).toEqual([
      'reads the state of network',
      'runs after network',
    ]);
  });

  it('is refused a trigger past the twentieth', async () => {
    const data = Array.from({ length: 20 }, (_, index) => trigger(`ws-${index}`));
    api.on(`GET ${TRIGGERS}`, { status: 200, body: { data } }).on(`POST ${CONSUMERS}`, { status: 204 });
    await expect(checkLinks(api.client(), READER, true)).rejects.toThrow(/app has 20 run triggers/);
  });

  it('waits for the other workspace where that is missing', async () => {
    api.on('GET /api/v2/organizations/acme/workspaces/network', { status: 404 });
    expect(await checkLinks(api.client(), READER, true)).toMatchObject([{ isWanted: false }]);
  });
});
