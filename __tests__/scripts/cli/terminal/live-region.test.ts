import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { canRedraw, cutLine, LiveRegion } from '../../../../scripts/cli/terminal/live-region';
import { paintFor } from '../../../../scripts/cli/terminal/paint';

const paint = paintFor({ isTTY: true }, {});

describe('lines that are drawn anew', () => {
  it('are never wider than there is room, and end every colour that they begin', () => {
    const piece = fc.tuple(
      fc.constantFrom(paint.red, paint.dim, (text: string) => text),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.integer({ min: 1, max: 30 }), (pieces, width) => {
        const line = pieces.map(([style, text]) => style(text.replace(/[^a-z ]/g, 'x'))).join('');
        const cut = cutLine(line, width);
        const [plain, shown] = [line, cut].map(stripVTControlCharacters);
        expect(shown!.length).toBeLessThanOrEqual(width);
        expect(plain!.startsWith(shown!.replace(/…$/, ''))).toBe(true);
        expect(cut.split('\u001b').length).toBe(line.split('\u001b').length);
      }),
    );
  });

  it('are written over where they stood, also after the terminal was made narrower', () => {
    const written: string[] = [];
    const stream = { isTTY: true, columns: 20, rows: 4, write: (text: string) => written.push(text) };
    const region = new LiveRegion(stream);
    region.draw(['a'.repeat(30), 'b', 'c', 'never shown: the terminal is too low']);
    expect(written.pop()).toBe(`${'a'.repeat(18)}…\nb\nc`);
    stream.columns = 10;
    region.draw(['d']);
    // The first line is two rows now.
    expect(written.pop()).toBe('\r\u001b[3A\u001b[Jd');
    region.clear();
    region.clear();
    expect(written).toEqual(['\r\u001b[J']);
  });

  it('are for terminals that can go back', () => {
    expect(canRedraw({ isTTY: true }, { TERM: 'xterm' })).toBe(true);
    expect(canRedraw({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
    expect(canRedraw({}, { TERM: 'xterm' })).toBe(false);
  });
});
