import fc from 'fast-check';
import { BODY_LIMITS, JsonBounds } from '../../../../../lambdas/prewarm/engine/request/json-bounds';

function look(text: string, pieceBytes = 7): void {
  const bounds = new JsonBounds(BODY_LIMITS);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) bounds.look(bytes.subarray(at, at + pieceBytes));
}

describe('the bounds of a JSON body', () => {
  it('let any JSON of a usual size pass, however it is cut', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10 }), fc.integer({ min: 1, max: 50 }), (text, pieceBytes) => {
        look(text, pieceBytes);
      }),
    );
  });

  it('count nesting, not brackets in texts', () => {
    look(`{"a":"${'['.repeat(1_000)}\\"${'{'.repeat(1_000)}"}`);
    look(`${'['.repeat(32)}${']'.repeat(32)}`);
    look(JSON.stringify(new Array(1_000).fill([{}])), 1_000);
  });

  it.each([
    ['arrays in arrays', '['.repeat(33), /more than 32 levels of nesting/],
    ['objects in objects', '{"a":'.repeat(33), /more than 32 levels of nesting/],
    ['very many values', `[${'"",'.repeat(250_001)}`, /more than 250000 values/],
    ['very many names', `{${'"":0,'.repeat(130_000)}`, /more than 250000 values/],
    ['a long text', `{"cf_domain":"${'a'.repeat(65_537)}"}`, /a text of more than 65536 bytes/],
    ['a long text of escapes', `["${'\\u0061'.repeat(11_000)}"]`, /a text of more than 65536 bytes/],
    ['a long name', `{"${'a'.repeat(65_537)}":1}`, /a text of more than 65536 bytes/],
    ['a text without an end', `"${'\\"'.repeat(40_000)}`, /a text of more than 65536 bytes/],
    ['a long number', `[${'1'.repeat(101)}]`, /a number or word of more than 100 bytes/],
    ['a long text after input', `{"input":1,"cf_domain":"${'a'.repeat(65_537)}"}`, /a text of more than/],
    ['a long text of a name like input', `{"inputs":"${'a'.repeat(65_537)}"}`, /a text of more than/],
    ['a long text in a value input', `{"a":"input","b":"${'a'.repeat(65_537)}"}`, /a text of more than/],
  ])('refuse %s', (_, text, message) => {
    expect(() => look(text, 1_000)).toThrow(message);
  });

  it('let the value of input be as long as the body', () => {
    look(`{"a": 1, "input" : "${'A'.repeat(100_000)}"}`, 1_000);
  });
});
