import fc from 'fast-check';
import {
  csvCell,
  visibleJson,
  visibleLines,
  visibleText,
} from '../../../../../lambdas/prewarm/engine/model/visible-text';
import { anyCharacter } from '../../../../support/any-character';

const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** What terminals, log readers and review tools have been steered or deceived with. */
const ATTACKS = [
  ['sets the title of the window', '\u001b]0;X\u0007', '\\u001b]0;X\\u0007'],
  ['clears the screen', '\u001b[2J', '\\u001b[2J'],
  ['does so with one character of C1', '\u009b2J', '\\u009b2J'],
  ['writes the clipboard', '\u001b]52;c;cm0gLXJm\u001b\\', '\\u001b]52;c;cm0gLXJm\\u001b\\'],
  ['makes a link of another address', '\u009d8;;http://x\u009c', '\\u009d8;;http://x\\u009c'],
  ['is a device control string', '\u0090+q544e\u009c', '\\u0090+q544e\\u009c'],
  ['turns the direction of the text', 'gpj.\u202eexe', 'gpj.\\u202eexe'],
  ['isolates a direction', '\u2066a\u2069', '\\u2066a\\u2069'],
  ['overwrites its line', 'failed\rwarm  ', 'failed\\u000dwarm  '],
  ['forges a line', 'a\n2026 error', 'a\\u000a2026 error'],
  ['forges a line for readers of Unicode', 'a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\u0085d'],
  ['erases what was before', 'ab\b\b', 'ab\\u0008\\u0008'],
  ['ends a C string', 'a\u0000b', 'a\\u0000b'],
  ['hides a character', 'ad\u200bmin\u2060\ufeff\u00ad', 'ad\\u200bmin\\u2060\\ufeff\\u00ad'],
  ['is blank but no space', '\u3164\u115f\uffa0', '\\u3164\\u115f\\uffa0'],
  ['smuggles text in tags', 'a\u{e0041}', 'a\\udb40\\udc41'],
  ['is half a pair', 'a\ud800', 'a\\ud800'],
] as const;

describe('a text of others', () => {
  it.each(ATTACKS)('that %s is written out', (_, text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it('of any language is left as it is', () => {
    const text = 'https://例え.jp/ä?q=שלום, привет, नमस्ते 👍 \\n';
    expect(visibleText(text)).toBe(text);
  });

  it('is on one line, steers nothing and has a bounded length, whatever it is; a second pass changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 300 }), (text) => {
        const shown = visibleText(text, 50);
        expect(shown).not.toMatch(STEERING);
        expect(shown.length).toBeLessThanOrEqual(50 * 6 + 1);
        expect(visibleText(shown, 1_000)).toBe(shown);
      }),
    );
  });

  it('is cut where it is long, and says so', () => {
    expect(visibleText('a'.repeat(12), 10)).toBe(`${'a'.repeat(10)}…`);
    expect(visibleText('a'.repeat(2_000))).toHaveLength(1_001);
  });

  it('keeps the lines of a message of this program', () => {
    expect(visibleLines('one\u001b[2J\ntwo')).toBe('one\\u001b[2J\ntwo');
  });

  it('in JSON is the same value to a reader', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: false }), (value) => {
        fc.pre(JSON.stringify(value) !== undefined);
        expect(visibleJson(value)).not.toMatch(STEERING);
        expect(JSON.parse(visibleJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(visibleJson({ '\u202e': '\u009b' })).toBe('{"\\u202e":"\\u009b"}');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\u00a0=1', '＝1', '＠A'])(
    'in a CSV cell is no formula: %s',
    (text) => {
      expect(csvCell(text)).toBe(`'${text}`);
    },
  );

  it('in a CSV cell cannot end the cell or the line', () => {
    expect(csvCell('a",b\r\n=1')).toBe('"a"",b\\u000d\\u000a=1"');
  });
});
