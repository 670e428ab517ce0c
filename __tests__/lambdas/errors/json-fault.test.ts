import fc from 'fast-check';
import { jsonFault, parseJson } from '../../../lambdas/errors/json-fault';

describe('where a text stops being JSON', () => {
  it.each([
    ['{"token": s3cr3t}', 'line 1, column 11'],
    ['{\n  "a": 1,\n  "b" "s3cr3t"\n}', 'line 3, column 7'],
    ['["a", ]', 'line 1, column 7'],
    ['{"a": 1,}', 'line 1, column 9'],
    ['[1, 2', 'line 1, column 6'],
    ['"s3cr3t\n"', 'line 1, column 8'],
    ['"\\x"', 'line 1, column 2'],
    ['{} s3cr3t', 'line 1, column 4'],
    ['01', 'line 1, column 2'],
    ['', 'line 1, column 1'],
  ])('%j: %s', (text, place) => {
    expect(jsonFault(text)).toBe(place);
  });

  it('is nowhere exactly where the parser takes it', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.5',
      'null',
      ' ',
      '\n',
    );
    const text = fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
      fc.tuple(fc.json(), fc.nat(), pieces).map(([json, at, piece]) => {
        const cut = at % (json.length + 1);
        return json.slice(0, cut) + piece + json.slice(cut);
      }),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        let isJson = true;
        try {
          JSON.parse(candidate);
        } catch {
          isJson = false;
        }
        expect(jsonFault(candidate) === undefined).toBe(isJson);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is found below a hundred thousand levels', () => {
    expect(jsonFault('['.repeat(100_000))).toBe('line 1, column 100001');
  });
});

describe('parsing JSON', () => {
  it('is that of the language, but for errors, which say where and quote nothing', () => {
    expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
    for (const text of ['{"authorization":"Bearer s3cret"', '{"a":"s3cret" x', 's3cret', '']) {
      expect(() => parseJson(text)).toThrow(/^it is no JSON from line 1, column \d+ on$/);
    }
  });
});
