import { hostRule } from '../../../../lambdas/prewarm/engine/request/host-rule';
import { InvalidRequest } from '../../../../lambdas/prewarm/engine/request/invalid-request';
import { normaliseRequest } from '../../../../lambdas/prewarm/engine/request/normalise-request';
import { DataDirForeign } from '../../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { OPTION_WORDING, renamed, SETTING_OPTIONS } from '../../../../scripts/cli/prewarm/option-wording';
import { context, fixedResolver, leadsTo } from '../../../lambdas/prewarm/support/request-context';

const WRONG = {
  url_list: ['https://d111111abcdef8.cloudfront.net/a'],
  cf_domain: 'elsewhere.example',
  pops: ['nowhere'],
  header: ['Host: a.example', 'Range: bytes=0-1'],
  timeout: 1,
  instance_count: 1,
};

const elsewhere = fixedResolver({
  'elsewhere.example': leadsTo('origin.example'),
  'a.example': leadsTo('origin.example'),
});

async function hintsOf(request: Promise<unknown>): Promise<readonly (string | undefined)[]> {
  const error = await request.catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidRequest)) throw error;
  return error.issues.map(({ hint }) => hint);
}

describe('advice', () => {
  it('names fields and routes to callers of the API', async () => {
    expect(await hintsOf(normaliseRequest(WRONG, context(elsewhere)))).toEqual([
      'the host of each URL is sent; name further hosts in aliases',
      'give the number of bytes in the field range',
      'GET /pops lists the known ones',
      expect.stringMatching(/cloudfront\.net name as cf_domain and this name in aliases$/),
    ]);
  });

  it('names options to users of the command', async () => {
    expect(
      await hintsOf(normaliseRequest(WRONG, { ...context(elsewhere), wording: OPTION_WORDING })),
    ).toEqual([
      'the host of each URL is sent; name further hosts with --alias',
      'give the number of bytes with --range',
      '`warmpath prewarm pops` lists the known ones',
      expect.stringMatching(/cloudfront\.net name with --cf-domain and this name with --alias$/),
    ]);
  });

  it('on the host of a URL names the option too', async () => {
    const names = { distributionDomain: 'd111111abcdef8.cloudfront.net', cfDomain: '', aliases: [] };
    expect(await hostRule(names, elsewhere, OPTION_WORDING).judge('a.example')).toEqual({
      kind: 'refused',
      reason:
        'a.example does not lead to d111111abcdef8.cloudfront.net; name it with --alias if d111111abcdef8.cloudfront.net serves it',
    });
  });

  it('on a setting has its name, or that of its option', () => {
    const error = new DataDirForeign('/srv');
    expect(error.message).toMatch(/^data directory: got \/srv,/);
    expect(error.explain(SETTING_OPTIONS)).toMatch(/^--data-dir: got \/srv,/);
  });
});

describe('a field by its option', () => {
  it('keeps the place within a list', () => {
    expect(renamed('regions[2]', { regions: '--region' })).toBe('--region[2]');
  });

  it('stays where there is no option', () => {
    expect(renamed('notify', { regions: '--region' })).toBe('notify');
  });
});
