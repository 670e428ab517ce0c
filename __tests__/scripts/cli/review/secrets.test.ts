import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { PlanDocument } from '../../../../scripts/cli/review/input/plan-document';
import { Masker } from '../../../../scripts/cli/review/secrets/masker';
import { entry, everyFormOf, plan, policy, review } from './plan-builder';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function update(address: string, before: object, after: object, sensitive: object = {}) {
  return entry(address, 'update', {
    before: before as never,
    after: after as never,
    after_sensitive: sensitive as never,
  });
}

/** A secret of each kind, where it stands, and a name beside it that is shown. */
const CANARIES: readonly (readonly [string, string, string, PlanDocument])[] = [
  [
    'marked by the schema',
    'canary-marked',
    'password',
    plan(
      update(
        'aws_db_instance.d',
        { password: 'canary-marked-1' },
        { password: 'canary-marked-2' },
        { password: true },
      ),
    ),
  ],
  [
    'the content of an object that is a secret, unmarked, and where it stands again',
    'canary-stored',
    'azurerm_key_vault_secret.s',
    plan(
      update(
        'azurerm_key_vault_secret.s',
        { name: 'db-password', value: 'canary-stored old' },
        { name: 'db-password', value: 'canary-stored new' },
      ),
      update('kubernetes_secret_v1.k', { data: { a: 'x' } }, { data: { a: 'canary-stored yes' } }),
      update('x_note.n', { text: 'a' }, { text: 'uses canary-stored new here' }),
    ),
  ],
  [
    'marked at depth, in an output',
    'canary-output',
    'endpoint',
    {
      output_changes: {
        o: {
          actions: ['update'],
          before: { endpoint: 'a', key: 'canary-output 1' },
          after: { endpoint: 'b', key: 'canary-output 2' },
          before_sensitive: { key: true },
          after_sensitive: { key: true },
        },
      },
    },
  ],
  [
    'marked at depth, in a list of blocks',
    'canary-nested',
    'x-api-key',
    plan(
      update(
        'aws_x.y',
        { auth: [{ key: 'x-api-key', value: 'a' }] },
        { auth: [{ key: 'x-api-key', value: 'canary-nested' }] },
        { auth: [{ value: true }] },
      ),
    ),
  ],
  [
    'a whole resource that is marked',
    'canary-whole',
    'aws_x.y',
    plan(
      entry('aws_x.y', 'update', {
        before: { a: 'canary-whole-1' },
        after: { a: 'canary-whole-2' },
        after_sensitive: true,
      }),
    ),
  ],
  [
    'marked at one place and in clear at another',
    'canary-twice-1234',
    'note',
    plan(
      update('aws_db_instance.d', { password: 'x' }, { password: 'canary-twice-1234' }, { password: true }),
      update(
        'aws_sqs_queue.q',
        { note: 'x' },
        { note: `use canary-twice-1234 or ${base64('canary-twice-1234')}` },
      ),
    ),
  ],
  [
    'a sensitive variable that an attribute repeats',
    'canary-variable',
    'note',
    {
      ...plan(update('aws_sqs_queue.q', { note: 'a' }, { note: 'canary-variable' })),
      variables: { v: { value: 'canary-variable' } },
      configuration: { root_module: { variables: { v: { sensitive: true } } } },
    },
  ],
  [
    'a variable under the name of a secret',
    'canary-undeclared',
    'note',
    {
      ...plan(update('aws_sqs_queue.q', { note: 'a' }, { note: 'canary-undeclared' })),
      variables: { api_token: { value: 'canary-undeclared' } },
    },
  ],
  [
    'of the prior state',
    'canary-prior',
    'note',
    {
      ...plan(update('aws_sqs_queue.q', { note: 'a' }, { note: 'canary-prior' })),
      prior_state: {
        values: {
          root_module: {
            child_modules: [
              { resources: [{ values: { p: 'canary-prior' }, sensitive_values: { p: true } }] },
            ],
          },
        },
      },
    },
  ],
  [
    'of planned values',
    'canary-planned',
    'note',
    {
      ...plan(update('aws_sqs_queue.q', { note: 'a' }, { note: 'canary-planned' })),
      planned_values: { outputs: { o: { sensitive: true, value: 'canary-planned' } } },
    },
  ],
  [
    'a constant of the configuration',
    'canary-constant',
    'note',
    {
      ...plan(update('aws_sqs_queue.q', { note: 'a' }, { note: 'canary-constant' })),
      configuration: {
        provider_config: { mysql: { expressions: { password: { constant_value: 'canary-constant' } } } },
      },
    },
  ],
  [
    'a sensitive output',
    'canary-output',
    'token',
    {
      output_changes: {
        token: {
          actions: ['update'],
          before: 'canary-output-1',
          after: 'canary-output-2',
          after_sensitive: true,
        },
      },
    },
  ],
  [
    'an environment variable of a function',
    'canary-env',
    'STAGE',
    plan(
      update(
        'aws_lambda_function.f',
        { environment: [{ variables: { STAGE: 'canary-env-1' } }] },
        { environment: [{ variables: { STAGE: 'canary-env-2' } }] },
      ),
    ),
  ],
  [
    'an environment variable of a container',
    'canary-dsn',
    'PLAIN',
    plan(
      update(
        'aws_ecs_task_definition.t',
        { container_definitions: '[{"name":"c","environment":[{"name":"PLAIN","value":"canary-dsn-1"}]}]' },
        { container_definitions: '[{"name":"c","environment":[{"name":"PLAIN","value":"canary-dsn-2"}]}]' },
      ),
    ),
  ],
  [
    'a container that is new',
    'canary-fresh',
    'container_definitions',
    plan(
      entry('aws_ecs_task_definition.t', 'create', {
        after: {
          container_definitions: '[{"name":"c","environment":[{"name":"PLAIN","value":"canary-fresh"}]}]',
        },
      }),
    ),
  ],
  [
    'user data in base64',
    'canary-boot',
    'restart agent',
    plan(
      update(
        'aws_launch_template.t',
        { user_data: base64('#!/bin/bash\nexport API_TOKEN=canary-boot-1\nstart agent\n') },
        { user_data: base64('#!/bin/bash\nexport API_TOKEN=canary-boot-2\nrestart agent\n') },
      ),
    ),
  ],
  [
    'user data compressed',
    'canary-gzip',
    'user_data',
    plan(
      update(
        'aws_launch_template.t',
        { user_data: gzipSync('#!/bin/bash\npassword: "canary-gzip-1"\nx\n').toString('base64') },
        { user_data: gzipSync('#!/bin/bash\npassword: "canary-gzip-2"\ny\n').toString('base64') },
      ),
    ),
  ],
  [
    'user data of a new template',
    base64('export API_TOKEN=canary-new').slice(0, 30),
    'user_data',
    plan(
      entry('aws_launch_template.t', 'create', {
        after: { user_data: base64('export API_TOKEN=canary-new\n') },
      }),
    ),
  ],
  [
    'a header',
    'canary-header',
    'X-Origin-Verify',
    plan(
      update(
        'aws_cloudfront_distribution.d',
        { custom_header: [{ name: 'X-Origin-Verify', value: 'canary-header-1' }] },
        { custom_header: [{ name: 'X-Origin-Verify', value: 'canary-header-2' }] },
      ),
    ),
  ],
  [
    'a password in a connection string',
    'canary-url',
    'endpoint',
    plan(update('aws_x.y', { endpoint: 'a' }, { endpoint: 'postgres://app:canary-url@db:5432/app' })),
  ],
  [
    'a tag under the name of a secret',
    'canary-tag',
    'db_password',
    plan(update('aws_sqs_queue.q', { tags: {} }, { tags: { db_password: 'canary-tag' } })),
  ],
  [
    'drift',
    'canary-drift',
    'aws_db_instance',
    {
      resource_drift: [
        update('aws_db_instance.d', { password: 'canary-drift-1' }, { password: 'canary-drift-2' }),
      ],
    },
  ],
  [
    'a message of a check',
    'canary-check',
    'check.c',
    {
      checks: [
        {
          address: { to_display: 'check.c' },
          status: 'fail',
          instances: [{ status: 'fail', problems: [{ message: 'got token=canary-check-55' }] }],
        },
      ],
    },
  ],
];

const HASH = '9F86D081884C7D659A2FEAA0AbC123dEf456';

describe('expressions of a synthesis', () => {
  it.each([
    ['role', `\${aws_iam_role.shell_instance-role_${HASH}.arn}`],
    ['value', `\${data.aws_ssm_parameter.shell_image-digest_${HASH}.value}`],
    ['user_data', `\${base64encode(join("\\n", [local.shell_user-data_${HASH}]))}`],
    ['db_password', `\${random_password.main_${HASH}.result}`],
    ['uri', `postgres://u:\${random_password.main_${HASH}.result}@\${aws_db_instance.d.address}/db`],
    ['script', `TOKEN="\${data.aws_ssm_parameter.shell_token_${HASH}.value}"`],
    ['sentence', `aws_autoscaling_group.shell_group_${HASH} starts an instance refresh`],
  ])('name what they refer to in %s', (name, text) => {
    expect(new Masker().mask(text, undefined, [name])).toBe(text);
  });

  it.each([
    ['uri', 'postgres://u:canary4711x@${aws_db_instance.d.address}/db'],
    ['db_password', '${join("-", ["canary4711x", var.x])}'],
    ['db_password', 'canary4711x${var.x}'],
    ['script', 'export API_TOKEN=${local.prefix}canary4711x'],
    ['script', 'export API_TOKEN=${API_TOKEN-canary4711x}'],
    ['text', `\${format("%s", "ghp_canary4711xabcdefghij0123456789")}`],
    ['text', `\${var.prefix}canary4711xAbC123dEf456GhI789jKl0`],
    ['text', `\${TOKEN:-canary4711xAbC123dEf456GhI789jKl0}`],
  ])('give away no text that stands in %s', (name, text) => {
    expect(new Masker().mask(text, undefined, [name])).not.toContain('canary4711x');
  });
});

describe('secrets', () => {
  it.each(CANARIES)(
    '%s: stands in no form of the review, and its name does',
    (_what, canary, name, document) => {
      const text = everyFormOf(review(document));
      expect(text).not.toContain(canary);
      expect(text).toContain(name);
    },
  );

  it.each([
    ['an AWS access key', 'AKIAIOSFODNN7EXAMPLE'],
    ['a GitHub token', `ghp_${'a1B2'.repeat(9)}`],
    ['a GitLab token', 'glpat-abcdefghij1234567890'],
    ['a Slack token', 'xoxb-1234567890-abcdefghij'],
    ['a Stripe key', 'sk_live_abcdefghijklmnop1234'],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----'],
    ['a random key', 'q8Zt3LmN0vXs7RbYc2Wd9KfGh4Jp6QeT'],
    ['a hexadecimal key', '9f86d081884c7d659a2feaa0c55ad015'],
  ])('%s is known by its form', (_what, secret) => {
    expect(new Masker().maskText(`value ${secret} end`)).toBe('value (sensitive) end');
  });

  it.each([
    'arn:aws:sqs:eu-central-1:111111111111:prewarm-prod-slices',
    `111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@sha256:${'0123456789abcdef'.repeat(4)}`,
    'https://sqs.eu-central-1.amazonaws.com/111111111111/prewarm-prod-slices',
    'subnet-0a1b2c3d4e5f60718',
    '2d0e4f7a-9c1b-4c9a-8a65-0f3b6a1f2e11',
    'AmazonSSMManagedInstanceCore-policy-for-agents',
    'a sentence about a token that is not given',
    'Basic variable group, bearer authentication',
    '/subscriptions/4d0248ef-cc19-4416-a55f-eda9fc5c1696/resourceGroups/rg-One/providers/Microsoft.Network',
    'ELBSecurityPolicy-2016-08 of MyRDSMonitoringRole-20210923145425074400000003',
  ])('%s is none', (text) => {
    expect(new Masker().maskText(text)).toBe(text);
  });

  it('a list in the policy file adds names and values', () => {
    const document = plan(
      update(
        'aws_x.y',
        { seed_phrase: 'a', note: 'b' },
        { seed_phrase: 'canary one', note: 'canary two is long' },
      ),
    );
    const text = everyFormOf(
      review(document, { secretNames: ['seed_*'], secretValues: ['canary two is long'] }),
    );
    expect(text).not.toMatch(/canary (?:one|two)/);
  });

  it('whatever is marked is found in no form, at any depth', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9_.-]{8,20}$/).map((text) => `s3cr3t-${text}`);
    fc.assert(
      fc.property(secret, fc.array(fc.constantFrom('a', 'b', 'list'), { maxLength: 5 }), (value, path) => {
        function wrap(leaf: unknown): object {
          const inner = path.reduceRight<unknown>(
            (nested, key) => (key === 'list' ? [nested] : { [key]: nested }),
            leaf,
          );
          return { root: inner };
        }
        const change = update('aws_x.y', wrap('before'), wrap(value), wrap(true));
        expect(everyFormOf(review(plan(change)))).not.toContain(value);
      }),
      { numRuns: 60 },
    );
  });
});

describe('digests', () => {
  const [old, fresh] = ['d4a1212495dfc641', '0a1b3c5d7e9f2468'].map((part) => part.repeat(4));

  it('in names of files and in lines that sha256sum checks are shown, whatever their digits', () => {
    function template(digest = '') {
      return {
        user_data: base64(`#!/bin/sh\necho "${digest}  /opt/agent.js" | sha256sum --check\n`),
        key: `code/agent-${digest}.js`,
      };
    }
    const text = everyFormOf(review(plan(update('aws_launch_template.t', template(old), template(fresh)))));
    expect(text).toContain(`+echo "${fresh}  /opt/agent.js"`);
    expect(text).toContain(`code/agent-${old}.js`);
    expect(text).not.toContain('(sensitive)');
  });

  it('of any digits are told from keys', () => {
    const masker = new Masker();
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), (digest) => {
        expect(masker.maskText(`agent-${digest}.js`)).toBe(`agent-${digest}.js`);
        expect(masker.maskText(`${digest}  ./agent`)).toBe(`${digest}  ./agent`);
      }),
    );
    expect(masker.maskText(`key ${fresh}`)).not.toContain(fresh);
  });
});

describe('whom a role trusts', () => {
  it('is shown: the keys of its conditions hold the word token, and no secret', () => {
    function trust(repository: string): string {
      return policy({
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { 'token.actions.githubusercontent.com:sub': `repo:${repository}:environment:prod` },
        },
      });
    }
    const text = everyFormOf(
      review(
        plan(
          update(
            'aws_iam_role.ci',
            { assume_role_policy: trust('acme/infra') },
            { assume_role_policy: trust('acme/fork') },
          ),
        ),
      ),
    );
    expect(text).toContain('repo:acme/infra:environment:prod');
    expect(text).toContain('repo:acme/fork:environment:prod');
  });
});
