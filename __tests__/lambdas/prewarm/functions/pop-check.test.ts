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
  await using cdn = await startLoopbackCdn({ pops: ['ATL59-P1', 'NRT57-P3'] });
  await check(cdn.resolver, cdn.distributionDomain);
  const [log = '', metrics = ''] = written;
  const { asked, answered, silent } = JSON.parse(log);
  expect(answered).toBe(asked);
  expect(silent).not.toContain('ATL59-P1');
  expect(silent.length).toBe(asked - 1);
  expect(JSON.parse(metrics)).toMatchObject({
    Deployment: 'test',
    PopsWithoutAddress: asked - 1,
    PopsWithoutAddressPercent: (100 * (asked - 1)) / asked,
  });
});

it('fails, and writes no figure, where DNS answers for none: that says nothing of the PoPs', async () => {
  await expect(check('127.0.0.1:1', 'd111111abcdef8.cloudfront.net')).rejects.toThrow('DNS answered for no');
  expect(written.join('')).not.toContain('PopsWithoutAddress');
});
