import * as fc from 'fast-check';
import { isInWave, nextWave, waveBucket } from '../../../lambdas/image-rollout/plan/wave';

const ids = fc.uniqueArray(
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), {
      minLength: 17,
      maxLength: 17,
    })
    .map((hex) => `i-${hex.join('')}`),
  { minLength: 1, maxLength: 60 },
);

describe('waves by the hash of the instance id', () => {
  it('give a host the same bucket of 100 for ever', () => {
    expect(['i-0123456789abcdef0', 'i-fedcba9876543210f', ''].map(waveBucket)).toMatchInlineSnapshot(`
      [
        13,
        95,
        61,
      ]
    `);
  });

  it('reach every host, each wave with at least one more and with no more at once than may pull, but for equal buckets', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 10 }), (hosts, atOnce) => {
        let wave = 0;
        let inside = 0;
        while (wave < 100) {
          wave = nextWave(hosts, wave, atOnce);
          const now = hosts.filter((id) => isInWave(id, wave)).length;
          const edge = hosts.filter((id) => waveBucket(id) === wave - 1).length;
          expect(now > inside || wave === 100).toBe(true);
          expect(now - inside).toBeLessThanOrEqual(atOnce + Math.max(0, edge - 1));
          inside = now;
        }
        expect(inside).toBe(hosts.length);
      }),
    );
  });

  it('spread hosts over the buckets', () => {
    const hosts = Array.from({ length: 10_000 }, (_, index) => `i-${index.toString(16).padStart(17, '0')}`);
    const tenth = hosts.filter((id) => isInWave(id, 10)).length;
    expect(tenth).toBeGreaterThan(800);
    expect(tenth).toBeLessThan(1_200);
  });
});
