import { endOfLifeWarning } from '../../../modules/parts/node-version';

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
