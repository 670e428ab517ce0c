import * as fc from 'fast-check';
import { parseJsonencode } from '../../../../scripts/cli/review/synth/jsonencode';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** HCL as cdktf writes it: `=` between key and value. */
function hcl(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(hcl).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)} = ${hcl(item)}`)
    .join(', ')}}`;
}

function parsed(argument: string): unknown {
  const text = parseJsonencode(`\${jsonencode(${argument})}`);
  return text === undefined ? undefined : JSON.parse(text);
}

describe('the argument of jsonencode', () => {
  it('is read as JSON, whatever its strings hold but interpolations', () => {
    const plain = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes(`\${`));
    const value = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, false),
        fc.integer(),
        plain,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          plain.filter((key) => key !== '__proto__'),
          tie('value'),
          { maxKeys: 4 },
        ),
      ),
    })).value;
    fc.assert(
      fc.property(value, (each) => {
        expect(parsed(hcl(each))).toEqual(each);
      }),
    );
  });

  it.each([
    ['{"a" = aws_x.y.arn}', { a: `\${aws_x.y.arn}` }],
    ['[aws_x.y["k"].id, 1]', [`\${aws_x.y["k"].id}`, 1]],
    ['{"a" = join(",", [aws_x.y.id, "b"]), "c" = true}', { a: `\${join(",", [aws_x.y.id, "b"])}`, c: true }],
    [`{"a" = "x-\${aws_x.y["k"].id}-\${local.z}"}`, { a: `x-\${aws_x.y["k"].id}-\${local.z}` }],
    [`{"a" = "$5 \${"{"}"}`, { a: `$5 \${"{"}` }],
  ])('keeps references in %s as text', (argument, expected) => {
    expect(parsed(argument)).toEqual(expected);
  });

  it.each(['[for x in y : x]', '{"a" = "unclosed}', '{a', 'x ? [1] : {', ''])(
    'is left alone where it is no literal: %s',
    (argument) => {
      expect(typeof parsed(argument) === 'object').toBe(false);
    },
  );
});
