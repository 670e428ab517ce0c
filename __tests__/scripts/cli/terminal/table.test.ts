import { paintFor } from '../../../../scripts/cli/terminal/paint';
import { renderTable } from '../../../../scripts/cli/terminal/table';
import {
  formatBytes,
  formatClock,
  formatMs,
  formatSeconds,
  formatShare,
} from '../../../../scripts/cli/terminal/units';

describe('renderTable', () => {
  it('aligns by the visible text, whatever colours are in it', () => {
    function red(text: string) {
      return `\u001b[31m${text}\u001b[39m`;
    }
    const lines = renderTable(
      [{ title: 'name' }, { title: 'count', align: 'right' }],
      [
        ['a', '1'],
        ['long name', { text: '12', paint: red }],
      ],
    );
    expect(lines).toEqual(['name       count', 'a              1', `long name     ${red('12')}`]);
  });

  it('leaves no trailing blanks where the last cells are missing', () => {
    expect(renderTable([{ title: 'a' }, { title: 'b' }], [['x']])[1]).toBe('x');
  });
});

describe('paintFor', () => {
  it('colours on a terminal only, and not where NO_COLOR is set', () => {
    expect(paintFor({ isTTY: true, hasColors: () => true }, {}).red('x')).not.toBe('x');
    expect(paintFor({ isTTY: true, hasColors: () => true }, { NO_COLOR: '1' }).red('x')).toBe('x');
    expect(paintFor({ isTTY: true, hasColors: () => false }, {}).red('x')).toBe('x');
    expect(paintFor({}, {}).red('x')).toBe('x');
  });
});

describe('units', () => {
  it('writes bytes in decimal units with three digits', () => {
    expect([0, 999, 1000, 1_250_000, 123_456_789].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '1.25 MB',
      '123 MB',
    ]);
  });

  it('writes durations as a person reads them', () => {
    expect([0.44, 38.2, 1523].map(formatMs)).toEqual(['0.4 ms', '38 ms', '1.52 s']);
    expect([4.27, 75].map(formatSeconds)).toEqual(['4.3 s', '1:15']);
    expect([7, 725, 3723].map(formatClock)).toEqual(['0:07', '12:05', '1:02:03']);
  });

  it('never shows 100 % before the last one is done', () => {
    expect(formatShare(0.9999)).toBe('99 %');
    expect(formatShare(1)).toBe('100 %');
    expect(formatShare(0.29)).toBe('29 %');
  });
});
