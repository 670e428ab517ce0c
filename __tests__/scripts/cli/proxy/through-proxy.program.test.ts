/** Commands as processes of their own behind a proxy: the only way to the hosts that they ask, none of which resolves here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../../../../scripts/loopback-cdn/certificate';
import { runCli } from '../prewarm/cli-process';
import { ConnectProxy } from './connect-proxy';

const HOSTS = {
  hcp: 'tfe.example.com',
  api: 'prewarm.example.com',
  sts: 'sts.eu-central-1.amazonaws.com',
};
let home: string;
let server: Server;
let asked: string[];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'warmpath-proxy-'));
  const { caPem, keyPem, certPem } = await makeCertificate(Object.values(HOSTS));
  writeFileSync(join(home, 'ca.pem'), caPem);
  writeFileSync(join(home, 'token'), 'canary-web-identity');
  server = createServer({ key: keyPem, cert: certPem }, (request, response) => {
    asked.push(`${request.method} ${request.headers.host}${request.url?.split('?')[0]}`);
    response.writeHead(418, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  asked = [];
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

function run(args: readonly string[], env: NodeJS.ProcessEnv) {
  return runCli(args, '', {
    HOME: home,
    NODE_EXTRA_CA_CERTS: join(home, 'ca.pem'),
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_ROLE_ARN: 'arn:aws:iam::111111111111:role/plan',
    AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
    [`TF_TOKEN_${HOSTS.hcp.replaceAll('.', '_')}`]: 'canary-token',
    ...env,
  });
}

it.each([
  ['runs of HCP Terraform', ['review', '--run', 'run-1', '--hostname', HOSTS.hcp], HOSTS.hcp],
  ['the prewarm API', ['prewarm', 'status', 'r-1', '--endpoint', `https://${HOSTS.api}/`], HOSTS.api],
  ['AWS, whose credentials are those of STS', ['coldstart', 'ami', '--architecture', 'arm64'], HOSTS.sts],
])('%s are asked through the proxy, with its password', async (_, args, host) => {
  const { port } = server.address() as AddressInfo;
  await using proxy = await ConnectProxy.start(port);
  const { stderr } = await run(args, { HTTPS_PROXY: `http://me:canary-password@127.0.0.1:${proxy.port}` });
  expect({ tunnels: [...new Set(proxy.tunnels)], stderr }).toMatchObject({ tunnels: [`${host}:443`] });
  expect(asked[0]).toContain(host);
  expect(proxy.authorizations[0]).toBe(`Basic ${Buffer.from('me:canary-password').toString('base64')}`);
  expect(stderr).not.toContain('canary');
});

it('a host that NO_PROXY names is asked straight, and a proxy that refuses is told', async () => {
  const { port } = server.address() as AddressInfo;
  await using proxy = await ConnectProxy.start(port, 407);
  const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
  const status = ['prewarm', 'status', 'r-1', '--endpoint', `https://${HOSTS.api}/`];
  expect(await run(status, { HTTPS_PROXY })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('407'),
  });
  const direct = await run(status, { HTTPS_PROXY, NO_PROXY: 'example.com' });
  expect(direct.stderr).toContain('cannot be reached');
  expect(proxy.tunnels).toHaveLength(1);
});
