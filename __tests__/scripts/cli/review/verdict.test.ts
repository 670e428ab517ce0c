import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkExpectation, readExpectation } from '../../../../scripts/cli/review/expectation';
import { applyPolicy, readPolicyFile } from '../../../../scripts/cli/review/policy/policy';
import { reviewFingerprint } from '../../../../scripts/cli/review/render/from-json';
import { renderJson } from '../../../../scripts/cli/review/render/json';
import { maskFindings, placeFindings, readSarif } from '../../../../scripts/cli/review/sarif';
import type { Masker } from '../../../../scripts/cli/review/secrets/masker';
import { entry, everyFormOf, plan, review } from './plan-builder';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmpath-verdict-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const frightening = review(
  plan(
    entry('aws_dynamodb_table.tasks["eu"]', 'delete'),
    entry('aws_sns_topic.t', 'create,delete'),
    entry('aws_sqs_queue.q', 'forget'),
  ),
);

describe('policy', () => {
  it('fails on what it names, and on nothing else', () => {
    const kinds = applyPolicy([frightening], ['data-loss'], [], '2026-11-20').violations.map(
      ({ kind, address }) => [kind, address],
    );
    expect(kinds).toEqual([['data-loss', 'aws_dynamodb_table.tasks["eu"]']]);
    expect(applyPolicy([frightening], ['delete', 'replace'], [], '2026-11-20').violations).toHaveLength(2);
    expect(applyPolicy([frightening], ['public', 'iam-wider'], [], '2026-11-20').violations).toEqual([]);
  });

  it('has exceptions, which hold to their last day and are named afterwards', () => {
    const exception = {
      kind: 'data-loss' as const,
      address: 'aws_dynamodb_table.tasks[*]',
      reason: 'moved',
      expires: '2026-11-20',
    };
    expect(applyPolicy([frightening], ['data-loss'], [exception], '2026-11-20')).toMatchObject({
      violations: [],
      excepted: [{ exception }],
    });
    expect(applyPolicy([frightening], ['data-loss'], [exception], '2026-11-21')).toMatchObject({
      violations: [{}],
      expired: [{ exception }],
    });
    const elsewhere = { ...exception, stack: 'other-*' };
    expect(applyPolicy([frightening], ['data-loss'], [elsewhere], '2026-11-20').violations).toHaveLength(1);
  });

  it('in a file that is wrong is refused with every field', () => {
    const path = file('policy.json', {
      failOn: ['weather'],
      exceptions: [{ kind: 'delete', address: 'a', reason: '', expires: 'soon' }],
    });
    expect(() => readPolicyFile(path)).toThrow(
      /failOn\.0.*exceptions\.0\.reason: a reason is needed.*exceptions\.0\.expires: a date/s,
    );
  });
});

describe('fingerprint', () => {
  const values = { name: 'a', tags: { x: '1', y: '2' }, list: [1, 2] };

  it('is the same in any order of resources and keys, at any time, with other values known after apply', () => {
    const one = entry('aws_sqs_queue.a', 'update', {
      before: { size: 1, ...values },
      after: { size: 2, ...values },
      after_unknown: { arn: true },
    });
    const other = entry('aws_sqs_queue.a', 'update', {
      after: { list: [1, 2], tags: { y: '2', x: '1' }, name: 'a', size: 2 },
      before: { ...values, size: 1 },
      after_unknown: { id: true },
    });
    const second = entry('aws_sqs_queue.b', 'create', { after: values });
    const read = entry('data.aws_ami.a', 'read', {}, { mode: 'data' });
    const first = review({ ...plan(one, second), timestamp: '2026-11-20T08:00:00Z' });
    expect(review({ ...plan(second, read, other), timestamp: '2026-11-21T08:00:00Z' }).fingerprint).toBe(
      first.fingerprint,
    );
  });

  it('is another one for another value, action, address, move or output', () => {
    const base = entry('aws_sqs_queue.a', 'update', { before: { a: 1 }, after: { a: 2 } });
    const prints = [
      plan(base),
      plan(entry('aws_sqs_queue.a', 'update', { before: { a: 1 }, after: { a: 3 } })),
      plan(entry('aws_sqs_queue.a', 'delete,create', { before: { a: 1 }, after: { a: 2 } })),
      plan(entry('aws_sqs_queue.b', 'update', { before: { a: 1 }, after: { a: 2 } })),
      plan({ ...base, previous_address: 'aws_sqs_queue.z' }),
      { ...plan(base), output_changes: { o: { actions: ['create'], after: 'x' } } },
      plan(),
    ].map((document) => review(document).fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('does not depend on the order of what it stands over', () => {
    const changes = Array.from({ length: 6 }, (_, index) =>
      entry(`aws_sqs_queue.q${index}`, 'create', { after: { name: `q${index}` } }),
    );
    const { fingerprint } = review(plan(...changes));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(changes, { minLength: 6 }),
        (shuffled) => review(plan(...shuffled)).fingerprint === fingerprint,
      ),
    );
  });

  it('of one stack does not depend on the name of its file, that of several depends on which does what', () => {
    const [one, other] = [
      plan(entry('aws_sqs_queue.a', 'update', { before: { a: 1 }, after: { a: 2 } })),
      plan(entry('aws_sqs_queue.a', 'update', { before: { a: 1 }, after: { a: 3 } })),
    ];
    const [reviewed, fresh] = [review(one, { name: 'reviewed' }), review(other, { name: 'fresh' })];
    const same = reviewFingerprint([review(one, { name: 'fresh' })]);
    expect(same).toBe(reviewFingerprint([reviewed]));
    const path = file('reviewed.json', renderJson({ stacks: [reviewed], fingerprint: same }));
    expect(checkExpectation(readExpectation(path), [fresh], reviewFingerprint([fresh])).differences).toEqual([
      'fresh aws_sqs_queue.a: reviewed as update, now update with other values',
    ]);
    const swapped = [review(one, { name: 'fresh' }), review(other, { name: 'reviewed' })];
    expect(reviewFingerprint(swapped)).not.toBe(reviewFingerprint([reviewed, fresh]));
  });

  it('that was approved is compared with the fresh one; the earlier review tells what differs', () => {
    const approved = review(
      plan(
        entry('aws_sqs_queue.a', 'update', { before: { a: 1 }, after: { a: 2 } }),
        entry('aws_sqs_queue.gone', 'create'),
      ),
    );
    const fresh = review(
      plan(
        entry('aws_sqs_queue.a', 'update', { before: { a: 1 }, after: { a: 3 } }),
        entry('aws_sqs_queue.b', 'delete'),
      ),
    );
    const path = file('review.json', renderJson({ stacks: [approved], fingerprint: '1'.repeat(32) }));
    expect(checkExpectation(readExpectation(path), [approved], '1'.repeat(32))).toMatchObject({
      isSame: true,
      differences: [],
    });
    expect(checkExpectation(readExpectation(path), [fresh], '2'.repeat(32)).differences).toEqual([
      'prewarm-prod aws_sqs_queue.a: reviewed as update, now update with other values',
      'prewarm-prod aws_sqs_queue.gone: create was reviewed and is no longer planned',
      'prewarm-prod aws_sqs_queue.b: delete is new; it was not reviewed',
    ]);
    expect(checkExpectation(readExpectation('1'.repeat(32)), [fresh], '2'.repeat(32))).toMatchObject({
      isSame: false,
    });
    expect(() => readExpectation('almost')).toThrow(/allowed a fingerprint of 32 hexadecimal digits/);
  });
});

describe('SARIF', () => {
  function sarif(...results: object[]) {
    return { version: '2.1.0', runs: [{ tool: { driver: { name: 'checkov' } }, results }] };
  }

  it('is put at the resource that it names; what names none stands beside the stack', () => {
    const path = file(
      'checkov.sarif',
      sarif(
        { ruleId: 'CKV_1', level: 'error', message: { text: 'aws_dynamodb_table.tasks has no backup' } },
        {
          ruleId: 'CKV_2',
          message: { text: 'x' },
          locations: [{ logicalLocations: [{ fullyQualifiedName: 'aws_sns_topic.t' }] }],
        },
        {
          ruleId: 'CKV_3',
          message: { text: 'aws_sns_topic.tt is another' },
          locations: [{ physicalLocation: { artifactLocation: { uri: 'a.tf' }, region: { startLine: 3 } } }],
        },
        { ruleId: 'CKV_4', kind: 'pass', message: { text: 'aws_sns_topic.t' } },
      ),
    );
    const [stack] = placeFindings([frightening], readSarif(path));
    expect(
      stack?.changes.map(({ address, toolFindings }) => [address, toolFindings.map(({ rule }) => rule)]),
    ).toEqual([
      ['aws_dynamodb_table.tasks["eu"]', ['CKV_1']],
      ['aws_sns_topic.t', ['CKV_2']],
      ['aws_sqs_queue.q', []],
    ]);
    expect(stack?.toolFindings).toMatchObject([{ rule: 'CKV_3', location: 'a.tf:3' }]);
  });

  it('quotes no secret that the plan gives away', () => {
    const maskers: Masker[] = [];
    const stack = review(
      plan(
        entry('aws_db_instance.d', 'delete', {
          before: { password: 'canary quoted' },
          before_sensitive: { password: true },
        }),
      ),
      { collectMasker: (masker) => maskers.push(masker) },
    );
    const path = file(
      'quoting.sarif',
      sarif({
        ruleId: 'CKV_5',
        message: { text: 'aws_db_instance.d has the password canary quoted' },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'd.tf?p=canary%20quoted' } } }],
      }),
    );
    const placed = placeFindings([stack], maskFindings(readSarif(path), maskers));
    expect(placed[0]?.changes[0]?.toolFindings).toMatchObject([{ rule: 'CKV_5' }]);
    expect(everyFormOf(...placed)).not.toMatch(/canary/);
  });

  it('that is none is refused', () => {
    expect(() => readSarif(file('none.sarif', { version: '1.0.0', runs: [] }))).toThrow(/no SARIF 2\.1/);
    expect(() => readSarif(file('broken.sarif', '{'))).toThrow(/cannot be read as JSON/);
  });
});
