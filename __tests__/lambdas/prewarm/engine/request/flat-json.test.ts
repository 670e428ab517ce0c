import fc from 'fast-check';
import { parseFlatJson } from '../../../../../lambdas/prewarm/engine/request/flat-json';

describe('JSON from elsewhere', () => {
  it('is what a parser makes of it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), (text) => {
        expect(parseFlatJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('may be 32 levels deep, and brackets within strings are no levels', () => {
    expect(parseFlatJson(`${'['.repeat(32)}${']'.repeat(32)}`)).toBeDefined();
    expect(() => parseFlatJson(`${'['.repeat(33)}${']'.repeat(33)}`)).toThrow('more than 32 levels');
    expect(() => parseFlatJson('{"a":'.repeat(2_000_000))).toThrow('more than 32 levels');
    expect(parseFlatJson(JSON.stringify(`\\"${'['.repeat(99)}`))).toContain('[[[');
  });
});
