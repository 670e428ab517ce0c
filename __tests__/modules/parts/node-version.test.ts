import { App, TerraformStack } from 'cdktf';
import {
  endOfLifeWarning,
  newestNodeVersion,
  nodeVersionFault,
  warnOfEndOfLife,
} from '../../../modules/parts/node-version';
import { lockedProviderVersion } from '../../../modules/parts/provider-lock';

describe('the end of a version of Node.js', () => {
  it('is warned of from 180 days before it on', () => {
    expect(endOfLifeWarning(22, Date.parse('2026-10-31T23:00:00Z'))).toBeUndefined();
    expect(endOfLifeWarning(22, Date.parse('2026-11-02T00:00:00Z'))).toMatch(
      /^Node\.js 22 on Lambda ends on 2027-04-30 \(179 days from now\); set nodeVersion to 24/,
    );
  });

  it('names no newer version than there is', () => {
    expect(endOfLifeWarning(24, Date.parse('2028-04-29T00:00:00Z'))).toBe(
      'Node.js 24 on Lambda ends on 2028-04-30 (1 days from now)',
    );
  });
});

describe('the version of Node.js that runs where none is named', () => {
  it('is the newest that the provider knows', () => {
    const found = ['5.100.0', '6.0.0', '6.18.9', '6.19.0', '6.100.0'].map(newestNodeVersion);
    expect(found).toEqual([22, 22, 22, 24, 24]);
  });

  it('goes by the lock of the repository', () => {
    expect(lockedProviderVersion()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('a version that the locked provider does not know', () => {
  it('is refused with the provider that it needs, where a provider is locked', () => {
    expect(nodeVersionFault(24, '6.18.0')).toBe(
      'nodeVersion: got 24 with the AWS provider 6.18.0 of .terraform.lock.hcl, which does not know nodejs24.x; ' +
        'it needs 6.19.0 or later; raise the lock with npm run lock, or take 22',
    );
    expect(nodeVersionFault(24, '6.19.0')).toBeUndefined();
    expect(nodeVersionFault(22, '5.100.0')).toBeUndefined();
  });

  it('is what functions, agents and written modules run on once the lock is raised', () => {
    jest.isolateModules(() => {
      jest.doMock('../../../modules/parts/provider-lock', () => ({ lockedProviderVersion: () => '6.25.0' }));
      const { synthesize }: typeof import('../prewarm/synth') = require('../prewarm/synth');
      const { prewarmModule }: typeof import('../../../modules/prewarm/terraform-module') =
        require('../../../modules/prewarm/terraform-module');
      const { HclModuleStack }: typeof import('../../../modules/parts/hcl-module') =
        require('../../../modules/parts/hcl-module');
      const { Testing }: typeof import('cdktf') = require('cdktf');
      const written = new HclModuleStack(Testing.app(), 'stack');
      prewarmModule.build(written);
      // A written module has the function that checks PoPs, too, which a variable asks for.
      for (const [stack, count] of [
        [JSON.stringify(synthesize().json), 6],
        [Testing.synth(written), 7],
      ] as const) {
        expect(stack.match(/nodejs\d\d\.x/g)).toEqual(new Array(count).fill('nodejs24.x'));
        expect(stack).toContain('dnf install -y -q nodejs24');
        expect(stack).toContain('ExecStart=/usr/bin/node-24 ');
        expect(stack).toMatch(/">= 6\.19\.0, < 7\.0\.0"/);
      }
    });
    jest.dontMock('../../../modules/parts/provider-lock');
  });
});

describe('a stack whose version of Node.js ends', () => {
  afterEach(() => jest.useRealTimers());

  function warningsOn(day: string): readonly string[] {
    jest.useFakeTimers({ now: Date.parse(day) });
    const stack = new TerraformStack(new App({ stackTraces: false }), 'stack');
    warnOfEndOfLife(stack, 22);
    return stack.node.metadata.map(({ data }) => String(data));
  }

  it('is warned at synthesis from that day on, and not before', () => {
    expect(warningsOn('2026-10-31T00:00:00Z')).toEqual([]);
    expect(warningsOn('2027-01-01T00:00:00Z')).toEqual([expect.stringContaining('ends on 2027-04-30')]);
  });
});
