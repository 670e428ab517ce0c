import { App, TerraformStack } from 'cdktf';
import { endOfLifeWarning, newestNodeVersion, warnOfEndOfLife } from '../../../modules/parts/node-version';
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
