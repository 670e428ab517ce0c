import fc from 'fast-check';
import { memoryForVcpus, vcpusOfMemory } from '../../../modules/parts/lambda-memory';

describe('memory of a function', () => {
  test('gives the processor time that was asked for, and hardly more', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.08, max: 5.78, noNaN: true }), (vcpus) => {
        const { vcpus: given } = vcpusOfMemory(memoryForVcpus(vcpus));
        expect(given).toBeGreaterThanOrEqual(vcpus);
        expect(given - vcpus).toBeLessThan(1 / 1769 + 1e-9);
      }),
    );
  });

  test.each([
    [0.01, 128],
    [0.25, 443],
    [1, 1769],
    [2, 3538],
  ])('is, for %f vCPUs, %i MB', (vcpus, megabytes) => {
    expect(memoryForVcpus(vcpus)).toBe(megabytes);
  });

  test.each([
    [128, 2],
    [3008, 2],
    [3009, 3],
    [5308, 4],
    [7077, 5],
    [10_240, 6],
  ])('of %i MB shows %i cores', (megabytes, cores) => {
    expect(vcpusOfMemory(megabytes).visibleCores).toBe(cores);
  });

  test.each([0, -1, 5.8, Number.NaN])('refuses %f vCPUs and says what is allowed', (vcpus) => {
    expect(() => memoryForVcpus(vcpus)).toThrow('allowed more than 0 up to 5.79');
  });
});
