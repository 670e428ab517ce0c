import type { JsonValue } from '../../../../scripts/cli/review/model/json-value';
import { hasVisibleDrift } from '../../../../scripts/cli/review/model/stack-review';
import { entry, markdownOf, plan, review, reviewOf } from './plan-builder';

describe('counts', () => {
  it.each([
    ['create', { add: 1 }],
    ['update', { change: 1 }],
    ['delete', { destroy: 1 }],
    ['read', { read: 1 }],
    ['forget', { forget: 1 }],
    ['delete,create', { replace: 1 }],
    ['create,delete', { replace: 1 }],
    ['create,forget', { replace: 1, forget: 1 }],
    ['forget,create', { replace: 1, forget: 1 }],
  ])('[%s] counts as %j', (actions, counts) => {
    const none = { add: 0, change: 0, replace: 0, destroy: 0, move: 0, import: 0, forget: 0, read: 0 };
    expect(review(plan(entry('aws_sqs_queue.q', actions))).counts).toEqual({ ...none, ...counts });
  });

  it('a moved object that is updated is a move and a change, an imported one an import and a change', () => {
    const { counts } = review(
      plan(
        entry(
          'aws_sqs_queue.a',
          'update',
          { before: { a: 1 }, after: { a: 2 } },
          { previous_address: 'aws_sqs_queue.b' },
        ),
        entry('aws_sqs_queue.c', 'update', { importing: { identity: { arn: 'x' } } }),
        entry('aws_sqs_queue.d', 'no-op', {}, { previous_address: 'aws_sqs_queue.d' }),
      ),
    );
    expect(counts).toMatchObject({ move: 1, import: 1, change: 2 });
  });

  it('an action nobody knows is refused, a reason nobody knows is passed over, no action is none', () => {
    expect(() => review(plan(entry('aws_sqs_queue.q', 'teleport')))).toThrow(
      /got the action \["teleport"\]; allowed no-op, create/,
    );
    expect(
      reviewOf(entry('aws_sqs_queue.q', 'delete', {}, { action_reason: 'delete_because_of_weather' })),
    ).not.toHaveProperty('reason');
    expect(
      review({ resource_changes: [{ ...entry('aws_sqs_queue.q', ''), change: { actions: [] } }] }).changes,
    ).toEqual([]);
  });

  it('ephemeral resources and deleted data sources are not shown', () => {
    const { changes } = review(
      plan(
        entry('ephemeral.random_password.once', 'create', {}, { mode: 'ephemeral' }),
        entry('data.aws_ami.arm', 'delete', {}, { mode: 'data' }),
      ),
    );
    expect(changes).toEqual([]);
  });
});

describe('differences', () => {
  it('JSON in strings is compared as JSON: order, white space and a list of one do not count', () => {
    const change = reviewOf(
      entry('aws_sqs_queue.q', 'update', {
        before: {
          policy: '{"Statement":[{"Sid":"a","Action":"sqs:SendMessage"},{"Sid":"b"}],"Version":"1"}',
          size: 1,
        },
        after: {
          policy: '{ "Version": "1", "Statement": [{"Sid":"b"},{"Action":["sqs:SendMessage"],"Sid":"a"}] }',
          size: 2,
        },
      }),
    );
    expect(change.attributes.map(({ path }) => path)).toEqual(['size']);
  });

  it('blocks of a list are told by what identifies them, other lists as sets', () => {
    const change = reviewOf(
      entry('aws_ecs_task_definition.shell', 'update', {
        before: {
          container: [
            { name: 'a', cpu: 1 },
            { name: 'b', cpu: 1 },
          ],
          subnets: ['s-1', 's-2'],
        },
        after: {
          container: [
            { name: 'b', cpu: 2 },
            { name: 'a', cpu: 1 },
          ],
          subnets: ['s-2', 's-3'],
        },
      }),
    );
    expect(change.attributes).toMatchObject([
      { path: 'container["b"].cpu', before: 1, after: 2 },
      { path: 'subnets[1]', before: 's-1', after: 's-3' },
    ]);
  });

  it('what is known after the apply is said where nothing else of its block differs', () => {
    const block = [{ launch_template: [{ id: 'lt-1' }] }];
    const { attributes } = reviewOf(
      entry('aws_autoscaling_group.g', 'update', {
        before: { mixed_instances_policy: block },
        after: { mixed_instances_policy: block },
        after_unknown: { mixed_instances_policy: [{ launch_template: [{ version: true }] }] },
      }),
    );
    expect(attributes).toEqual([
      expect.objectContaining({
        path: expect.stringMatching(/^mixed_instances_policy.*version$/),
        isUnknown: true,
      }),
    ]);
  });

  it('tags_all is shown where tags do not say the same', () => {
    const change = reviewOf(
      entry('aws_sqs_queue.q', 'update', {
        before: { tags: { A: '1' }, tags_all: { A: '1', Default: 'x' } },
        after: { tags: { A: '2' }, tags_all: { A: '2', Default: 'y' } },
      }),
    );
    expect(change.attributes.map(({ path }) => path)).toEqual(['tags.A', 'tags_all.Default']);
  });

  it('keys such as __proto__ and constructor are keys', () => {
    const change = reviewOf(
      entry('aws_sqs_queue.q', 'update', {
        before: JSON.parse('{"tags":{"__proto__":"a","constructor":"b"}}'),
        after: JSON.parse('{"tags":{"__proto__":"b"}}'),
      }),
    );
    expect(change.attributes.map(({ path }) => path)).toEqual(['tags.__proto__', 'tags.constructor']);
  });
});

describe('what needs eyes', () => {
  it('comes first, with the reason, the attribute, and what it does to people', () => {
    const text = markdownOf(
      review(
        plan(
          entry('aws_sns_topic.new', 'create'),
          entry(
            'aws_sqs_queue.slices',
            'delete,create',
            { before: { fifo_queue: false }, after: { fifo_queue: true }, replace_paths: [['fifo_queue']] },
            { action_reason: 'replace_because_cannot_update' },
          ),
        ),
      ),
    );
    expect(text).toMatch(
      /What needs eyes[\s\S]*data is lost[\s\S]*the queue is replaced: slices and other messages that wait in it are lost[\s\S]*cannot be changed in place[\s\S]*`fifo_queue`: `false` -> `true`[\s\S]*<details/,
    );
  });

  it('a forgotten bucket is not said to be destroyed, whatever its reason begins with', () => {
    const text = markdownOf(
      review(
        plan(
          entry(
            'aws_s3_bucket.archive',
            'forget',
            {},
            { action_reason: 'delete_because_no_resource_config' },
          ),
        ),
      ),
    );
    expect(text).toContain('forgotten: it stays in the account');
    expect(text).not.toMatch(/data is lost|are lost/);
  });

  it('deposed objects, deferred changes, an errored plan, failing checks and action invocations are said', () => {
    const text = markdownOf(
      review({
        resource_changes: [entry('aws_launch_template.t', 'delete', {}, { deposed: '4f2a9c01' })],
        complete: false,
        errored: true,
        deferred_changes: [
          { reason: 'instance_count_unknown', resource_change: entry('aws_subnet.zone[*]', 'create') },
        ],
        checks: [
          {
            address: { to_display: 'check.health' },
            status: 'fail',
            instances: [{ status: 'fail', problems: [{ message: 'answers 503' }] }],
          },
        ],
        action_invocations: [{ address: 'action.aws_lambda_invoke.warm' }],
      }),
    );
    for (const said of [
      '4f2a9c01',
      'aws_subnet.zone[*]',
      'not complete',
      'another plan',
      'failed',
      'check.health',
      'answers 503',
      'action.aws_lambda_invoke.warm',
    ])
      expect(text).toContain(said);
  });

  it('only moves, imports or outputs: nothing in the account changes, and yet an apply is needed', () => {
    const moved = review(
      plan(entry('aws_sqs_queue.a', 'no-op', {}, { previous_address: 'aws_sqs_queue.b' })),
    );
    const output = review({ output_changes: { url: { actions: ['create'], after: 'x' } } });
    for (const stack of [moved, output])
      expect(markdownOf(stack)).toContain('Nothing in the account changes, and yet an apply is needed');
    expect(markdownOf(review(plan(entry('aws_sqs_queue.a', 'create'))))).not.toContain('yet an apply');
  });
});

describe('what is lost with an object that goes', () => {
  function lostWith(address: string, before: Record<string, JsonValue>) {
    return reviewOf(entry(address, 'delete', { before })).consequence;
  }

  it.each([
    ['a log group that is left in the account', 'aws_cloudwatch_log_group.g', { skip_destroy: true }],
    ['a database that is abandoned', 'google_sql_database.d', { deletion_policy: 'ABANDON' }],
  ])('is nothing: %s', (_what, address, before) => {
    expect(lostWith(address, before)).toBeUndefined();
    expect(reviewOf(entry(address, 'delete', { before })).findings).not.toContainEqual(
      expect.objectContaining({ kind: 'data-loss' }),
    );
  });

  it('is said as its attributes tell it', () => {
    expect(lostWith('aws_db_instance.d', { skip_final_snapshot: false })?.lost).toContain(
      'but for a final snapshot',
    );
    expect(lostWith('aws_db_instance.d', { skip_final_snapshot: true })?.lost).toContain('no final snapshot');
    expect(lostWith('aws_db_instance.r', { replicate_source_db: 'main' })?.kind).toBe('serves');
    expect(lostWith('aws_dynamodb_table.t', { deletion_protection_enabled: true })?.lost).toContain(
      'the apply fails while its deletion protection is on',
    );
  });
});

describe('churn', () => {
  it('prints the moved block that keeps an object deleted and created under two addresses', () => {
    const attributes = { name: 'slices', fifo_queue: false, delay_seconds: 0 };
    const stack = review(
      plan(
        entry('aws_sqs_queue.queue_AB12', 'delete', { before: { ...attributes, arn: 'arn:x', id: 'u' } }),
        entry('module.m.aws_sqs_queue.slices', 'create', {
          after: attributes,
          after_unknown: { arn: true, id: true },
        }),
        entry('aws_sqs_queue.other', 'create', { after: { ...attributes, name: 'other' } }),
      ),
    );
    expect(stack.churn).toEqual([{ from: 'aws_sqs_queue.queue_AB12', to: 'module.m.aws_sqs_queue.slices' }]);
    expect(markdownOf(stack)).toMatch(
      /moved \{\n +from = aws_sqs_queue\.queue_AB12\n +to {3}= module\.m\.aws_sqs_queue\.slices/,
    );
  });

  it('is not said of objects that only look alike', () => {
    const stack = review(
      plan(
        entry('aws_sqs_queue.a', 'delete', { before: { name: 'a', delay_seconds: 0 } }),
        entry('aws_sqs_queue.b', 'create', { after: { name: 'b', delay_seconds: 0 } }),
      ),
    );
    expect(stack.churn).toEqual([]);
  });
});

describe('empty values', () => {
  it('are no change of one another: null, an empty text, list or object', () => {
    const change = reviewOf(
      entry('aws_sqs_queue.q', 'update', {
        before: { a: null, b: '', c: [], size: 1 },
        after: { a: '', b: null, c: null, size: 2 },
      }),
    );
    expect(change.attributes.map(({ path }) => path)).toEqual(['size']);
    expect(
      reviewOf(entry('aws_sqs_queue.q', 'update', { before: { a: 'x' }, after: { a: '' } })).attributes,
    ).toMatchObject([{ path: 'a', before: 'x', after: '' }]);
  });
});

describe('drift', () => {
  it('tells path by path whether the plan puts it back, keeps it, or neither', () => {
    const before = { max: 10, desired: 4, memory: 256 };
    const outside = { max: 40, desired: 9, memory: 512 };
    const { drift } = review({
      resource_changes: [
        entry('aws_autoscaling_group.g', 'update', {
          before: outside,
          after: { max: 10, desired: 9, memory: 1769 },
        }),
      ],
      resource_drift: [
        entry('aws_autoscaling_group.g', 'update', { before, after: outside }),
        entry('aws_cloudwatch_log_group.l', 'delete', { before: { name: 'l' } }),
        entry('aws_sqs_queue.n', 'no-op', {}, { previous_address: 'aws_sqs_queue.o' }),
      ],
      relevant_attributes: [{ resource: 'aws_autoscaling_group.g', attribute: ['max'] }],
    });
    expect(drift).toMatchObject({ objects: 2, moves: [{ from: 'aws_sqs_queue.o', to: 'aws_sqs_queue.n' }] });
    expect(drift.groups.map(({ path, outcome, isRelevant }) => [path, outcome, isRelevant])).toEqual([
      ['max', 'put-back', true],
      ['desired', 'kept', false],
      ['memory', 'neither', false],
      [undefined, 'deleted', false],
    ]);
  });

  it('in nothing but empty values is said, and is none that a person could see', () => {
    const { drift } = review({
      resource_drift: [entry('aws_sqs_queue.q', 'update', { before: { tags: null }, after: { tags: {} } })],
    });
    expect(drift).toMatchObject({ objects: 1, groups: [{ path: '(empty values only)', outcome: 'kept' }] });
    expect(hasVisibleDrift(drift)).toBe(false);
  });

  it('in nothing but empty values is no drift on the page, as most of a stack has it after its first apply', () => {
    const emptied = Array.from({ length: 30 }, (_, index) =>
      entry(`aws_sqs_queue.q[${index}]`, 'update', { before: { tags: null }, after: { tags: {} } }),
    );
    const text = markdownOf(review({ resource_drift: emptied }));
    expect(text).toContain('No changes.');
    const changed = entry('aws_sns_topic.t', 'update', { before: { name: 'a' }, after: { name: 'b' } });
    const withDrift = markdownOf(review({ resource_drift: [...emptied, changed] }));
    expect(withDrift).toContain('**Drift: 1 object was changed outside of Terraform**');
    expect(withDrift).toMatch(/only empty values differ, .*fill in: `aws_sqs_queue\.q\[0\]`, .* and 28 more/);
  });

  it('of forty objects alike is one line, and no more lines than the plan has', () => {
    const drifted = Array.from({ length: 40 }, (_, index) =>
      entry(`aws_ecr_repository.r[${index}]`, 'update', {
        before: { scan: [] },
        after: { scan: [{ on: false }] },
      }),
    );
    const others = Array.from({ length: 30 }, (_, index) =>
      entry(`aws_sns_topic.t[${index}]`, 'update', {
        before: { [`a${index}`]: 1 },
        after: { [`a${index}`]: 2 },
      }),
    );
    const text = markdownOf(review({ resource_drift: [...drifted, ...others] }));
    expect(text.match(/drift of/g)?.length).toBe(5);
    expect(text).toContain('40 of repository');
    expect(text).toContain('26 more kinds of drift');
  });

  const rule = entry('aws_vpc_security_group_egress_rule.https', 'no-op', {
    before: {
      cidr_ipv4: '0.0.0.0/0',
      description: 'https',
      from_port: 443,
      to_port: 443,
      ip_protocol: 'tcp',
    },
  });
  const https = {
    cidr_blocks: ['0.0.0.0/0'],
    description: 'https',
    from_port: 443,
    to_port: 443,
    protocol: 'tcp',
    self: false,
  };

  function drifted(egress: readonly object[], before: readonly object[] | null = null) {
    return review({
      resource_changes: [rule],
      resource_drift: [
        entry('aws_security_group.g', 'update', {
          before: { egress: before as never },
          after: { egress: egress as never },
        }),
      ],
    }).drift;
  }

  it('in what resources of their own fill in after a first apply is none', () => {
    expect(hasVisibleDrift(drifted([https]))).toBe(false);
    const text = '{"Statement":[{"Effect":"Allow","Action":"sqs:SendMessage"}]}';
    const { drift } = review({
      resource_changes: [
        entry('aws_iam_role_policy.p', 'no-op', { before: { name: 'send', role: 'r', policy: text } }),
      ],
      resource_drift: [
        entry('aws_iam_role.r', 'update', {
          before: { inline_policy: null },
          after: { inline_policy: [{ name: 'send', policy: ` ${text.replace(/"sqs:\w+"/, '[$&]')}` }] },
        }),
      ],
    });
    expect(hasVisibleDrift(drift)).toBe(false);
  });

  it('in anything more than what they fill in, or where something was before, is drift', () => {
    expect(hasVisibleDrift(drifted([https, { ...https, from_port: 22, to_port: 22 }]))).toBe(true);
    expect(hasVisibleDrift(drifted([https], [{ ...https, from_port: 22 }]))).toBe(true);
  });

  it('in default tags that the provider reads as own ones, since the configuration has others now, is none', () => {
    const tags = { Environment: 'local' };
    const [before, after] = [
      { tags: null, tags_all: tags },
      { tags, tags_all: tags },
    ];
    const change = entry('aws_sqs_queue.q', 'update', {
      before: after,
      after: { tags: null, tags_all: { Environment: 'trial' } },
    });
    const stack = review({
      resource_changes: [change],
      resource_drift: [entry('aws_sqs_queue.q', 'update', { before, after })],
    });
    expect(hasVisibleDrift(stack.drift)).toBe(false);
    expect(stack.changes[0]?.attributes.map(({ path }) => path)).toEqual(['tags_all.Environment']);
  });
});
