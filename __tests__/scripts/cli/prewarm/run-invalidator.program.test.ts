import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { runCli, towards } from './cli-process';

const POP = 'FRA56-P4';
const XMLNS = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"';

let cdn: LoopbackCdn;
let folder: string;
let list: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmpath-invalidate-test-'));
  cdn = await startLoopbackCdn({ pops: [POP] });
  list = join(folder, 'urls.txt');
  const names = ['app.js?v=2', 'runtime~main(1).js', 'wild*'];
  await writeFile(list, names.map((name) => `https://${cdn.distributionDomain}/${name}\n`).join(''));
});
afterAll(async () => {
  await cdn.close();
  await rm(folder, { recursive: true, force: true });
});

function args() {
  return [
    ...['prewarm', 'run', list, '--cf-domain', cdn.distributionDomain, '--pops', POP],
    ...[...towards(cdn), '--invalidate', '--json'],
  ];
}

describe('--invalidate', () => {
  it('invalidates the paths through CloudFront before anything is warmed, and names those it takes under no name', async () => {
    const calls: { readonly call: string; readonly body: string; readonly edgeRequests: number }[] = [];
    const invalidation = `<Invalidation ${XMLNS}><Id>I1</Id><Status>Completed</Status></Invalidation>`;
    const answers: Readonly<Record<string, string>> = {
      'GET /2020-05-31/distribution': `<DistributionList ${XMLNS}><IsTruncated>false</IsTruncated><Items><DistributionSummary><Id>E1</Id><DomainName>${cdn.distributionDomain}</DomainName></DistributionSummary></Items></DistributionList>`,
      'POST /2020-05-31/distribution/E1/invalidation': invalidation,
      'GET /2020-05-31/distribution/E1/invalidation/I1': invalidation,
    };
    const cloudFront = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const call = `${request.method} ${request.url?.split('?', 1)[0]}`;
      calls.push({ call, body, edgeRequests: cdn.seen.length });
      response.writeHead(answers[call] === undefined ? 404 : 200, { 'content-type': 'text/xml' });
      response.end(answers[call]);
    });
    await new Promise<void>((resolve) => cloudFront.listen(0, '127.0.0.1', resolve));
    try {
      const { code, stdout, stderr } = await runCli(args(), '', {
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL_CLOUDFRONT: `http://127.0.0.1:${(cloudFront.address() as AddressInfo).port}`,
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/error|warning/i) });
      expect(JSON.parse(stdout)).toMatchObject({
        requested: 3,
        warmed: 3,
        stopped: 'CloudFront takes no invalidation of 1 path, which may be served as before: /wild*',
      });
    } finally {
      await new Promise((resolve) => cloudFront.close(resolve));
    }
    const created = calls.find(({ call }) => call.startsWith('POST'));
    expect(created?.body).toContain('<Path>/app.js?v=2</Path><Path>/runtime%7Emain(1).js</Path></Items>');
    expect(calls.every(({ edgeRequests }) => edgeRequests === 0)).toBe(true);
  });

  it('without credentials ends with 2 before anything is warmed', async () => {
    const before = cdn.seen.length;
    const { code, stdout, stderr } = await runCli(args(), '', {
      AWS_ACCESS_KEY_ID: '',
      AWS_PROFILE: '',
      AWS_EC2_METADATA_DISABLED: 'true',
      HOME: folder,
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /need_invalidate \(--invalidate\): got true without AWS credentials; allowed/,
      ),
    });
    expect(cdn.seen).toHaveLength(before);
  });
});
