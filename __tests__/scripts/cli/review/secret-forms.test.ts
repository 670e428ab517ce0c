import { gzipSync } from 'node:zlib';
import type { PlanDocument } from '../../../../scripts/cli/review/input/plan-document';
import { entry, everyFormOf, plan, review } from './plan-builder';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function update(address: string, before: object, after: object) {
  return entry(address, 'update', { before: before as never, after: after as never });
}

describe('a secret that only its form gives away', () => {
  /** The text with the secret, and the part of it that no form of a review may hold. */
  const TEXTS: readonly (readonly [string, string])[] = [
    ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'K7MDENG'],
    ['AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQ', 'QYQSZQGP'],
    ['dckr_pat_canaryCanaryCanaryCanary0', 'canaryCanary'],
    ['lin_api_canaryCanaryCanaryCanaryCanary', 'canaryCanary'],
    ['shpat_0123456789abcdef0123456789abcdef', '0123456789abcdef'],
    ['123456789:AAcanaryCanaryCanaryCanaryCanaryCan', 'canaryCanary'],
    ['abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst', 'abcdefghijkl'],
    ['v1.0-abcdef0123456789abcdef01-abcdef', 'abcdef0123456789'],
    ['admin:$apr1$abcdefgh$CanaryCanaryCanaryCan', 'CanaryCanary'],
    ['https://events.pagerduty.com/integration/0123456789abcdef0123456789abcdef/enqueue', '0123456789abcdef'],
    ['https://acme.webhook.office.com/webhookb2/aa@bb/IncomingWebhook/canary/cc', 'canary'],
    ['machine api.example.org login me password canary-netrc', 'canary'],
    ['db.example.org:5432:app:me:canary-pgpass', 'canary'],
    ['mysql -u root -pcanaryPw -h db', 'canary'],
    ['curl -u admin:canaryPw https://example.org', 'canary'],
    ['export DB_PASS=canaryPw', 'canary'],
    ['sshpass -p canaryPw ssh host', 'canary'],
    ['agent --token canaryPw --verbose', 'canary'],
  ];

  const PLACES: readonly (readonly [string, (text: string) => PlanDocument])[] = [
    ['an attribute', (text) => plan(update('aws_x.y', { note: 'a' }, { note: text }))],
    ['a new tag', (text) => plan(entry('aws_x.y', 'create', { after: { tags: { note: text } } }))],
    [
      'user data',
      (text) =>
        plan(
          update(
            'aws_x.y',
            { user_data: base64('#!/bin/sh\n') },
            { user_data: base64(`#!/bin/sh\n${text}\n`) },
          ),
        ),
    ],
    [
      'compressed user data',
      (text) =>
        plan(
          entry('aws_x.y', 'create', {
            after: { user_data: gzipSync(`#!/bin/sh\n${text}\n`).toString('base64') },
          }),
        ),
    ],
    [
      'JSON in JSON',
      (text) =>
        plan(
          update(
            'aws_x.y',
            { doc: '{"a":"{}"}' },
            { doc: JSON.stringify({ a: JSON.stringify({ b: [text] }) }) },
          ),
        ),
    ],
    [
      'an output',
      (text) => ({ output_changes: { o: { actions: ['create'], before: null, after: { deep: [text] } } } }),
    ],
    ['drift', (text) => ({ resource_drift: [update('aws_x.y', { note: 'a' }, { note: text })] })],
    [
      'the message of a check',
      (text) => ({
        checks: [
          {
            address: { to_display: 'check.c' },
            status: 'fail',
            instances: [{ status: 'fail', problems: [{ message: `got ${text}` }] }],
          },
        ],
      }),
    ],
  ];

  it.each(PLACES)('is in no form of a review where it stands in %s', (_, planOf) => {
    for (const [text, secret] of TEXTS) expect(everyFormOf(review(planOf(text)))).not.toContain(secret);
  });

  const TOKEN = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';

  it.each([
    ['a key of for_each', plan(entry(`aws_x.y["${TOKEN}"]`, 'create', { after: { a: 1 } }))],
    [
      'an address before a move',
      plan(entry('aws_x.y', 'no-op', {}, { previous_address: `aws_x.y["${TOKEN}"]` })),
    ],
    ['an address of drift', { resource_drift: [update(`aws_x.y["${TOKEN}"]`, { a: 1 }, { a: 2 })] }],
    ['the key of a map', plan(update('aws_x.y', { m: { a: 1 } }, { m: { a: 1, [TOKEN]: 2 } }))],
    ['the id of an import', plan(entry('aws_x.y', 'no-op', { importing: { id: `x:${TOKEN}` } }))],
  ])('is in no form of a review where it is %s', (_, document) => {
    expect(everyFormOf(review(document))).not.toContain(TOKEN);
  });

  it.each([
    [
      'a constant of a resource',
      { resources: [{ expressions: { password: { constant_value: 'canary-Value4711' } } }] },
    ],
    [
      'an argument of a module',
      { module_calls: { m: { expressions: { db_password: { constant_value: 'canary-Value4711' } } } } },
    ],
    ['the default of a variable', { variables: { v: { sensitive: true, default: 'canary-Value4711' } } }],
    [
      'the default of a variable of a module',
      {
        module_calls: {
          m: { module: { variables: { v: { sensitive: true, default: 'canary-Value4711' } } } },
        },
      },
    ],
  ])('is masked elsewhere where the configuration has it as %s', (_, root) => {
    const document = {
      ...plan(entry('aws_x.y', 'create', { after: { note: 'canary-Value4711' } })),
      configuration: { root_module: root as never },
    };
    expect(everyFormOf(review(document))).not.toContain('canary-Value4711');
  });

  it.each([
    ['http_tokens', 'optional', 'required'],
    ['authorization', 'AWS_IAM', 'NONE'],
  ])('is not what %s chooses', (name, before, after) => {
    const text = everyFormOf(review(plan(update('aws_x.y', { [name]: before }, { [name]: after }))));
    expect(text).toContain(before);
    expect(text).toContain(after);
  });
});
