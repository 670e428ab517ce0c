import { expand } from '../../../../../scripts/cli/image/dockerfile/expand';
import { Uncertain } from '../../../../../scripts/cli/image/uncertain';

const ENVIRONMENT = new Map([
  ['A', 'one'],
  ['EMPTY', ''],
  // As a variable grows that names itself twice over, again and again.
  ['LONG', 'x'.repeat(1_000_000)],
]);

describe('variables in words', () => {
  test.each([
    ['$A/$A', 'one/one'],
    ['${A}b', 'oneb'],
    ['$Ab', ''],
    ['\\$A', '$A'],
    ["'$A'", '$A'],
    ['"$A\\"x"', 'one"x'],
    ['${NONE:-x$A}', 'xone'],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY-x}', ''],
    ['${A:+y}', 'y'],
    ['${NONE+y}', ''],
    ['${A:?must}', 'one'],
    ['a$', 'a$'],
    ['${A#o}', 'ne'],
    ['${A##on}', 'e'],
    ['${A%e}', 'on'],
    ['${A%%ne}x', 'ox'],
    ['${A#x}', 'one'],
    ['${A%}', 'one'],
    ['${NONE#o}', ''],
    ['"a b"c', 'a bc'],
  ])('%s is %s', (word, value) => {
    expect(expand(word, ENVIRONMENT, { escapeToken: '\\' })).toBe(value);
  });

  test.each([
    '${A#*o}',
    '${A%?}',
    '${A#$B}',
    '${A#\\o}',
    '${A:#o}',
    '${#o}',
    '${A#o',
    '${A/o/x}',
    '${A',
    "'open",
    '"open',
    '${NONE:?must}',
    '${}',
    '$ä',
    `${'${NONE:-'.repeat(100_000)}x${'}'.repeat(100_000)}`,
    '$LONG$LONG',
    '"$LONG$LONG"',
  ])('%.40s is not understood, and said so in one line', (word) => {
    let said: unknown;
    try {
      expand(word, ENVIRONMENT, { escapeToken: '\\' });
    } catch (error) {
      said = error;
    }
    expect(said).toBeInstanceOf(Uncertain);
    expect(String(said).length).toBeLessThan(200);
  });

  test('quotes stay where they are text', () => {
    expect(expand('"$A"', ENVIRONMENT, { escapeToken: '\\', quotes: false })).toBe('"one"');
  });
});
