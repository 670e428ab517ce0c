import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { exactDigits, parseExactJson } from '../../../../scripts/cli/review/input/exact-json';
import { readPlan } from '../../../../scripts/cli/review/input/read-plan';
import { anyCharacter } from '../../../support/any-character';

const PLAN = '{"format_version":"1.2","terraform_version":"1.14.3","resource_changes":[]}';

function read(text: string | Buffer) {
  return readPlan('plan.json', typeof text === 'string' ? Buffer.from(text) : text);
}

describe('what is read as a plan', () => {
  it.each([
    ['with a byte order mark', Buffer.from(`\ufeff${PLAN}`)],
    ['in UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${PLAN}`, 'utf16le')],
    ['in UTF-16 without a mark', Buffer.from(PLAN, 'utf16le')],
    ['in UTF-16 with the other order', Buffer.from(`\ufeff${PLAN}`, 'utf16le').swap16()],
    ['with properties nobody knows yet', '{"format_version":"1.9","later":{"a":1},"resource_changes":null}'],
    ['of an earlier minor version', '{"format_version":"1.0","planned_values":{}}'],
  ])('a plan %s', (_what, document) => {
    expect(read(document)).toMatchObject({ kind: 'plan', isRedacted: false });
  });

  it("HCP Terraform's redacted form, and its saved plan, which names a run", () => {
    expect(read('{"plan_format_version":"1.2","provider_schemas":{}}')).toMatchObject({ isRedacted: true });
    expect(read('{"remote_plan_format":1,"run_id":"run-1","hostname":"app.terraform.io"}')).toEqual({
      kind: 'run',
      bookmark: { runId: 'run-1', hostname: 'app.terraform.io' },
    });
  });
});

describe('what is refused, with its cause', () => {
  it.each([
    ['another major', '{"format_version":"0.2","planned_values":{}}', 'format_version 0.2'],
    ['a later major', '{"format_version":"2.0"}', 'format_version 2.0'],
    ['a state file', '{"version":4,"serial":1,"lineage":"x","resources":[]}', 'a state file'],
    ['a state as JSON', '{"format_version":"1.0","values":{"root_module":{}}}', 'a state'],
    ['an empty state as JSON', '{"format_version":"1.0"}', 'an empty state'],
    ['the functions', '{"format_version":"1.0","function_signatures":{}}', 'the functions'],
    ['the modules', '{"format_version":"1.0","modules":[]}', 'the list of modules'],
    ['a line of a debug log before it', `::debug::terraform\n${PLAN}`, 'other text before the JSON'],
    ['the log of plan -json', '{"@level":"info","@message":"x"}\n{"@level":"info"}', 'the log of'],
    ['one line of that log', '{"@level":"info","@message":"x"}', 'the log of'],
    ['two documents in lines', `${PLAN}\n${PLAN}`, 'two documents'],
    ['two documents', `{\n"format_version":"1.2"\n}\n{\n"format_version":"1.2"\n}`, 'two documents'],
    ["a wrapper's line", `[command]/usr/bin/terraform show -json\n${PLAN}`, 'wrapper before the JSON'],
    ['no version', '{"resource_changes":[]}', 'plan JSON without format_version'],
    ['neither a version nor a plan', '{"name":"x"}', 'so no plan'],
    [
      "a policy tool's document around it",
      `{"mock":{"invalid":{"tfplan":${PLAN}}}}`,
      'holds a plan at mock.invalid.tfplan',
    ],
    ['the text of a plan', 'Terraform will perform the following actions:', 'no JSON'],
    ['a plan file', 'PK\u0003\u0004', 'binary'],
    ['half a plan', PLAN.slice(0, 40), 'damaged or cut off'],
    ['nothing', ' \n', 'an empty document'],
    ['a number', '12', 'no object'],
    ['a list of plans', `[${PLAN},${PLAN}]`, 'a list of 2 documents'],
    ['a plan that is encoded twice', JSON.stringify(PLAN), 'encoded twice'],
    ['a compressed plan', gzipSync(PLAN), 'a compressed file'],
    ['a plan behind the time of a log', `2026-01-01T00:00:00Z ${PLAN}`, 'other text before the JSON'],
    ['a configuration in HCL', 'resource "aws_x" "y" {}', 'no JSON'],
    ['a synthesized configuration', '{"resource":{}}', 'a configuration'],
    ['a state of Terraform 0.11', '{"version":3,"serial":1,"modules":[]}', 'a state file'],
    ['a state without lineage', '{"version":4,"resources":[]}', 'a state file'],
    ['what OpenTofu encrypted', '{"encrypted_data":"x","meta":{}}', 'OpenTofu encrypted'],
    ['the answer of an API', '{"errors":[{"status":"404"}]}', 'an error that an API answered'],
    [
      'changes of the wrong shape',
      '{"format_version":"1.2","resource_changes":[{"change":{}}]}',
      'resource_changes.0',
    ],
  ])('%s', (_what: string, document: string | Buffer, cause: string) => {
    expect(() => read(document)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(cause) }),
    );
  });

  it('no text makes the reader fail in another way than by a refusal', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"format_version":"1.2","resource_changes":${json},"output_changes":${json}}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          read(text);
        } catch (error) {
          expect(error).toMatchObject({ message: expect.stringMatching(/^plan\.json: got /) });
        }
      }),
    );
  });
});

describe('a document that Windows PowerShell wrote in another code page', () => {
  it('is refused with how to write it', () => {
    const lost = Buffer.from(
      '{"format_version":"1.2","variables":{"a":{"description":"?쒕툕??}}}',
      'utf16le',
    );
    expect(() => readPlan('plan.json', lost)).toThrow(
      /UTF-16 that is damaged, as by Windows PowerShell.*OutputEncoding/,
    );
  });
});

describe('numbers', () => {
  it('past 2^53 keep their digits, also in strings full of quotes and backslashes', () => {
    const value = parseExactJson(
      '{"a\\\\\\"":[9007199254740993,-1.5,12],"b":"9007199254740993 \\\\"}',
    ) as Record<string, unknown>;
    expect(exactDigits((value['a\\"'] as unknown[])[0])).toBe('9007199254740993');
    expect((value['a\\"'] as unknown[]).slice(1)).toEqual([-1.5, 12]);
    expect(value['b']).toBe('9007199254740993 \\');
  });

  it.each(['[1e400]', '{"a":\n  12345678901234567890\n}', '[1, -0.12345678901234567890]', '{"a":1E+400}'])(
    'keep their digits in %s, wherever JSON may have a value',
    (text) => {
      const digits = /-?\d[\d.]*(?:[eE]\+?\d+)?/.exec(text.replace('[1, ', '['))?.[0];
      const kept = Object.values(parseExactJson(text) as object).map(exactDigits);
      expect(kept).toContain(digits);
    },
  );

  it('that a double holds are what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: anyCharacter }), (value) => {
        const text = JSON.stringify([value, 'x'.repeat(20), 123456789012345]);
        expect(JSON.stringify(parseExactJson(text)).length).toBeGreaterThanOrEqual(
          JSON.stringify(JSON.parse(text)).length,
        );
      }),
    );
  });
});
