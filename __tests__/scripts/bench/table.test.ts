import type { BenchResult } from '../../../scripts/bench/bench';
import { withFigures } from '../../../scripts/bench/table';

const far: BenchResult = {
  name: 'far',
  unit: 'seconds',
  ours: 5.5,
  others: { 'curl | 300': 23.5, limit: 6 },
  ratios: { limit: 0.917, 'curl | 300': 0.234 },
  targets: { limit: { atMost: 1, verdict: 'met' } },
};
const DOCUMENT =
  '# Figures\n<!-- figures: begin -->\n| `far` | 9 |\n| `synth` | 2 |\n<!-- figures: end -->\nThe end\n';

describe('the table of figures in the documentation', () => {
  const written = withFigures(DOCUMENT, [far], 'Measured today.');

  it('has a row per bench with what was measured, what was wanted and whether it was met', () => {
    expect(written).toContain(
      '| `far` | 5.5 seconds | curl \\| 300: 23.5; limit: 6 | limit: 0.917; curl \\| 300: 0.234 | limit: at most 1, met |',
    );
    expect(written.match(/`far`/g)).toHaveLength(1);
  });

  it('keeps the row of a bench that was not run, and everything around the table', () => {
    expect(written).toContain('| `synth` | 2 |');
    expect(written.startsWith('# Figures\n<!-- figures: begin -->\nMeasured today.\n')).toBe(true);
    expect(written.endsWith('<!-- figures: end -->\nThe end\n')).toBe(true);
  });

  it('is the same when it is written again', () => {
    expect(withFigures(written, [far], 'Measured today.')).toBe(written);
  });

  it('is refused where the document has no place for it', () => {
    expect(() => withFigures('# Figures', [far], '')).toThrow('figures: begin');
  });
});
