import { Readable } from 'node:stream';
import { mockClient } from 'aws-sdk-client-mock';
import { startLoopbackCdn } from '../../../../scripts/loopback-cdn';

const before = { ...process.env };
let written: string[] = [];

beforeEach(() => {
  written = [];
  jest.resetModules();
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    written.push(String(line));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
});

function functionOfNow(): typeof import('../../../../lambdas/prewarm/functions/pop-check') {
  return require('../../../../lambdas/prewarm/functions/pop-check');
}

/** The function as it starts with this environment. */
async function check(resolver: string, distributionDomain: string): Promise<void> {
  Object.assign(process.env, {
    DEPLOYMENT: 'test',
    METRICS_NAMESPACE: 'Warmpath/Prewarm',
    WARMPATH_EXTRA_POPS: 'FRA56-P4,NRT57-P3',
    RESOLVER: resolver,
    DISTRIBUTION_DOMAIN: distributionDomain,
  });
  await functionOfNow().handler();
}

it('writes how many PoPs have no name of their own any more', async () => {
  await using cdn = await startLoopbackCdn({ pops: ['FRA56-P4', 'NRT57-P3'] });
  await check(cdn.resolver, cdn.distributionDomain);
  const [log = '', metrics = ''] = written;
  const { asked, answered, silent } = JSON.parse(log);
  expect(answered).toBe(asked);
  expect(silent).not.toContain('FRA56-P4');
  expect(silent.length).toBe(asked - 2);
  expect(JSON.parse(metrics)).toMatchObject({
    Deployment: 'test',
    PopsWithoutAddress: asked - 2,
    PopsWithoutAddressPercent: (100 * (asked - 2)) / asked,
  });
});

it('counts those with addresses outside the given ranges, of what DNS says and not of what is given', async () => {
  await using cdn = await startLoopbackCdn({ pops: ['FRA56-P4', 'NRT57-P3'] });
  const sdk: typeof import('@aws-sdk/client-s3') = require('@aws-sdk/client-s3');
  const said = { cidrBlocks: ['127.0.0.2/32'], popAddresses: { 'SYD1-C1': ['127.0.0.2'] } };
  mockClient(sdk.S3Client)
    .on(sdk.GetObjectCommand, { Bucket: 'bucket', Key: 'settings/edges-1.json' })
    .resolves({ Body: Readable.from([Buffer.from(JSON.stringify(said))]) as never });
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    BUCKET: 'bucket',
    EDGES_KEY: 'settings/edges-1.json',
  });
  await check(cdn.resolver, cdn.distributionDomain);
  const { asked, silent, outside } = JSON.parse(written[0]!);
  expect(cdn.pop('FRA56-P4').addresses).toEqual(['127.0.0.2']);
  expect(outside).toEqual(['NRT57-P3']);
  expect(silent).toContain('SYD1-C1');
  expect(JSON.parse(written[1]!)).toMatchObject({ PopsWithoutAddress: asked - 1 });
});

it('fails, and writes no figure, where DNS answers for none: that says nothing of the PoPs', async () => {
  await expect(check('127.0.0.1:1', 'd111111abcdef8.cloudfront.net')).rejects.toThrow('DNS answered for no');
  expect(written.join('')).not.toContain('PopsWithoutAddress');
});
