/** The way to HCP Terraform of docs/deploy.md, walked from a clean copy of the repository up to what it is asked first. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '../../scripts/loopback-cdn/certificate';
import { HcpApi } from '../scripts/cli/hcp/hcp-api';
import { CleanCopy } from './support/clean-copy';

let copy: CleanCopy;

beforeAll(() => {
  copy = new CleanCopy();
});

afterAll(() => {
  copy.close();
});

test('a stack with its state in HCP Terraform asks there for its workspace, with its token, and tells the refusal', async () => {
  const certificate = await makeCertificate(['localhost']);
  const api = new HcpApi();
  await api.start(certificate);
  try {
    const host = `localhost:${api.port}`;
    writeFileSync(join(copy.folder, 'ca.pem'), certificate.caPem);
    copy.configureTerraform(`credentials "${host}" {\n  token = "canary-token"\n}\n`);
    copy.edit('environments.ts', [
      "organization: 'example', workspacePrefix",
      `organization: 'acme', hostname: '${host}', workspacePrefix`,
    ]);
    await copy.succeeds('npm', ['run', 'synth']);
    api.on('GET /.well-known/terraform.json', {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: { 'tfe.v2': '/api/v2/', 'tfe.v2.1': '/api/v2/', 'tfe.v2.2': '/api/v2/' },
    });
    const { code, output } = await copy.run(
      'terraform',
      ['init', '-input=false', '-no-color'],
      'cdktf.out/stacks/ai-shell-ecs-staging',
      { SSL_CERT_FILE: join(copy.folder, 'ca.pem') },
    );
    expect(code).toBe(1);
    expect(output).toMatch(/organization "acme" at host localhost:\d+ not found/);
    expect(output).not.toContain('canary');
    const asked = api.requests.filter(({ line }) => line.includes('/organizations/acme/'));
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer canary-token']),
    );
  } finally {
    await api.stop();
  }
});
