import { entry, markdownOf, plan, policy, review, reviewOf } from './plan-builder';

const OLD = `sha256:${'a1'.repeat(32)}`;
const NEW = `sha256:${'b2'.repeat(32)}`;
const REPOSITORY = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

describe('launch template and group', () => {
  const template = entry('aws_launch_template.t', 'update', {
    before: {
      id: 'lt-1',
      name: 't',
      user_data: base64(`IMAGE=${REPOSITORY}@${OLD}\nECS_IMAGE_PULL_BEHAVIOR=default\n`),
    },
    after: {
      id: 'lt-1',
      name: 't',
      user_data: base64(`IMAGE=${REPOSITORY}@${NEW}\nECS_IMAGE_PULL_BEHAVIOR=prefer-cached\n`),
    },
    after_unknown: { latest_version: true },
  });

  function group(after: object, unknown: object) {
    return entry('aws_autoscaling_group.g', 'update', {
      before: {
        desired_capacity: 4,
        launch_template: [{ id: 'lt-1', version: '7' }],
        instance_refresh: [{ strategy: 'Rolling' }],
      },
      after: { desired_capacity: 4, instance_refresh: [{ strategy: 'Rolling' }], ...after } as never,
      after_unknown: unknown as never,
    });
  }

  it('say the digests, the agent configuration, and the instance refresh that follows', () => {
    const stack = review(
      plan(template, group({ launch_template: [{ id: 'lt-1' }] }, { launch_template: [{ version: true }] })),
      { images: new Map([[NEW, 'tag main, built 2026-11-20']]) },
    );
    const [launchTemplate] = stack.changes.filter(({ type }) => type === 'aws_launch_template');
    expect(launchTemplate?.meaning).toEqual([
      expect.stringMatching(
        /^image .*ai-shell: sha256:a1a1a1a1a1a1 -> sha256:b2b2b2b2b2b2 \(tag main, built 2026-11-20\)$/,
      ),
      'a new version: aws_autoscaling_group.g starts an instance refresh of 4 instances and those of its warm pool',
      'agent configuration: ECS_IMAGE_PULL_BEHAVIOR default -> prefer-cached',
    ]);
    expect(markdownOf(stack)).toMatch(
      /-ECS_IMAGE_PULL_BEHAVIOR=default\n\s+\+IMAGE|\+ECS_IMAGE_PULL_BEHAVIOR=prefer-cached/,
    );
  });

  it('say that no instance is replaced where the group follows $Latest', () => {
    expect(reviewOf(template).meaning.join()).toContain('no group in this plan starts an instance refresh');
  });

  it('say bounds and warm pool in numbers', () => {
    const { meaning } = reviewOf(
      entry('aws_autoscaling_group.g', 'update', {
        before: { max_size: 20, warm_pool: [{ min_size: 4 }] },
        after: { max_size: 40, warm_pool: [{ min_size: 8 }] },
      }),
    );
    expect(meaning).toEqual(['instances at most: 20 -> 40', 'warm pool min_size: 4 -> 8']);
  });
});

describe('task definition', () => {
  it('is told by container; environment variables by name only', () => {
    function containers(image: string, environment: object[]) {
      return JSON.stringify([
        { name: 'shell', image: `${REPOSITORY}@${image}`, environment },
        { name: 'log', cpu: 1 },
      ]);
    }
    const { meaning } = reviewOf(
      entry('aws_ecs_task_definition.t', 'delete,create', {
        before: {
          container_definitions: containers(OLD, [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ]),
        },
        after: {
          container_definitions: containers(NEW, [
            { name: 'C', value: '1' },
            { name: 'A', value: '9' },
          ]),
        },
      }),
    );
    expect(meaning).toEqual([
      expect.stringContaining('image '),
      expect.stringContaining('a new revision'),
      expect.stringMatching(/^container shell: image, environment/),
      'environment variables changed: A',
      'environment variables added: C',
      'environment variables removed: B',
    ]);
  });
});

describe('policies', () => {
  const send = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:::q' };

  function change(before: string, after: string) {
    return reviewOf(
      entry('aws_iam_role_policy.p', 'update', { before: { policy: before }, after: { policy: after } }),
    );
  }

  it('are wider by an action that no statement held, and flagged where it is a wildcard', () => {
    const { meaning, findings } = change(policy(send), policy(send, { ...send, Action: ['sqs:*'] }));
    expect(meaning).toEqual(['policy: wider, sqs:* on arn:aws:sqs:::q (wildcard)']);
    expect(findings.map(({ kind }) => kind)).toEqual(['iam-wider']);
  });

  it('are narrower by an action that goes, and no wider', () => {
    const { meaning, findings } = change(policy({ ...send, Action: '*' }), policy(send));
    expect(meaning).toEqual(['policy: narrower, no longer * on arn:aws:sqs:::q']);
    expect(findings).toEqual([]);
  });

  it('are wider where a condition or a denial goes', () => {
    const conditional = { ...send, Condition: { StringEquals: { 'aws:SourceAccount': ['1'] } } };
    expect(change(policy(conditional), policy(send)).findings).toMatchObject([{ kind: 'iam-wider' }]);
    expect(
      change(policy(send, { ...send, Effect: 'Deny', Action: 'sqs:Purge*' }), policy(send)).findings,
    ).toMatchObject([{ kind: 'iam-wider' }]);
  });

  it('are the same whatever their order and whether a list of one is a list', () => {
    const many = { Effect: 'Allow', Action: ['a:One', 'a:Two'], Resource: ['r'] };
    expect(
      change(policy(many), policy({ ...many, Resource: 'r', Action: ['a:Two', 'a:One'] })).meaning,
    ).toEqual([]);
  });

  it('that let everybody in are public', () => {
    const open = { Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' };
    const { findings } = reviewOf(
      entry('aws_sqs_queue_policy.p', 'update', {
        before: { policy: policy({ ...open, Principal: { AWS: '111111111111' } }) },
        after: { policy: policy(open) },
      }),
    );
    expect(findings.map(({ kind }) => kind)).toEqual(['iam-wider', 'public']);
  });

  it('of administrators are found when they are attached', () => {
    const arn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    const { findings } = reviewOf(
      entry('aws_iam_role_policy_attachment.a', 'create', { after: { policy_arn: arn } }),
    );
    expect(findings).toMatchObject([{ kind: 'iam-wider' }]);
  });
});

describe('what opens to everybody', () => {
  it.each([
    [
      'aws_vpc_security_group_ingress_rule.r',
      { cidr_ipv4: '0.0.0.0/0', ip_protocol: 'tcp', from_port: 22, to_port: 22 },
      'opens tcp 22 from 0.0.0.0/0',
    ],
    [
      'aws_security_group_rule.r',
      { type: 'ingress', cidr_blocks: ['::/0'], protocol: '-1' },
      'opens every protocol from ::/0',
    ],
    ['aws_s3_bucket_acl.a', { acl: 'public-read' }, 'acl = public-read'],
    ['aws_lambda_function_url.u', { authorization_type: 'NONE' }, 'authorization_type = NONE'],
    ['aws_db_instance.d', { publicly_accessible: true }, 'publicly_accessible = true'],
    ['aws_s3_bucket_public_access_block.b', { block_public_acls: false }, 'block_public_acls = false'],
  ])('%s', (address, after, sentence) => {
    const { findings } = reviewOf(entry(address, 'create', { after: after as never }));
    expect(findings).toEqual([{ kind: 'public', sentence: expect.stringContaining(sentence) }]);
  });

  it('is not said of a rule that was there, of egress, or of a group within the VPC', () => {
    const open = { from_port: 443, to_port: 443, protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'] };
    const { findings, meaning } = reviewOf(
      entry('aws_security_group.g', 'update', {
        before: { ingress: [open], egress: [] },
        after: { ingress: [open, { ...open, cidr_blocks: ['10.0.0.0/8'] }], egress: [open] },
      }),
    );
    expect(findings).toEqual([]);
    expect(meaning).toEqual(['opens tcp 443 from 10.0.0.0/8', 'opens tcp 443 to 0.0.0.0/0']);
  });
});

describe('what is kept', () => {
  function keeping(type: string, before: object, after: object) {
    return reviewOf(entry(`${type}.x`, 'update', { before: before as never, after: after as never }));
  }

  it.each([
    [
      'aws_cloudwatch_log_group',
      { retention_in_days: 90 },
      { retention_in_days: 14 },
      'log events older than 14 days are deleted',
    ],
    [
      'aws_cloudwatch_log_group',
      { retention_in_days: 0 },
      { retention_in_days: 3653 },
      'log events older than 3653 days are deleted',
    ],
    [
      'aws_sqs_queue',
      { message_retention_seconds: 1_209_600 },
      { message_retention_seconds: 60 },
      'messages older than 60 seconds are deleted',
    ],
  ])('%s %j -> %j loses data', (type, before, after, sentence) => {
    const change = keeping(type, before, after);
    expect(change.meaning).toContain(sentence);
    expect(change.findings).toEqual([{ kind: 'data-loss', sentence }]);
    expect(change.rank).toBe(1);
  });

  it('for longer loses nothing', () => {
    for (const [before, after] of [
      [14, 90],
      [14, 0],
    ])
      expect(
        keeping('aws_cloudwatch_log_group', { retention_in_days: before }, { retention_in_days: after }),
      ).toMatchObject({ meaning: [], findings: [] });
  });

  it.each([
    [
      'aws_dynamodb_table',
      { deletion_protection_enabled: true },
      { deletion_protection_enabled: false },
      /deletion protection goes/,
    ],
    ['aws_s3_bucket', { force_destroy: false }, { force_destroy: true }, /force_destroy is set/],
    [
      'aws_dynamodb_table',
      { point_in_time_recovery: [{ enabled: true }] },
      { point_in_time_recovery: [{ enabled: false }] },
      /point-in-time recovery goes/,
    ],
  ])('%s %j -> %j says which protection goes', (type, before, after, sentence) => {
    expect(keeping(type, before, after).meaning).toEqual([expect.stringMatching(sentence)]);
    expect(keeping(type, after, before).meaning).toEqual([]);
  });
});

describe('what runs, and who is told', () => {
  it.each([
    [
      'aws_lambda_function',
      { source_code_hash: 'a=' },
      { source_code_hash: 'b=' },
      ['new code: invocations that run end on the old one'],
    ],
    [
      'aws_lambda_function',
      { reserved_concurrent_executions: -1 },
      { reserved_concurrent_executions: 0 },
      [expect.stringContaining('every invocation is refused')],
    ],
    ['aws_lambda_function', { memory_size: 128 }, { memory_size: 256 }, []],
    [
      'aws_ecs_service',
      { desired_count: 2, task_definition: 'a:1' },
      { desired_count: 4, task_definition: 'a:2' },
      ['tasks wanted: 2 -> 4', expect.stringContaining('a deployment replaces its tasks')],
    ],
    [
      'aws_cloudwatch_metric_alarm',
      { threshold: 1, comparison_operator: 'GreaterThanThreshold' },
      { threshold: 5, comparison_operator: 'GreaterThanThreshold' },
      ['the alarm rings later'],
    ],
    [
      'aws_cloudwatch_metric_alarm',
      { threshold: 1, comparison_operator: 'LessThanThreshold' },
      { threshold: 5, comparison_operator: 'LessThanThreshold' },
      ['the alarm rings sooner'],
    ],
    [
      'aws_cloudwatch_metric_alarm',
      { actions_enabled: true },
      { actions_enabled: false },
      ['the alarm rings, and nobody is told'],
    ],
  ])('%s %j -> %j', (type, before, after, meaning) => {
    const change = entry(`${type}.x`, 'update', { before: before as never, after: after as never });
    expect(reviewOf(change).meaning).toEqual(meaning);
  });

  it('a replacement without a gap stops nothing that stops only in a gap', () => {
    function lost(actions: string, type = 'aws_lambda_function') {
      return reviewOf(entry(`${type}.x`, actions)).consequence?.lost;
    }
    expect(lost('delete,create')).toBe('invocations fail while it is not there');
    expect(lost('create,delete')).toBe('the new one is there before the old one goes');
    expect(lost('create,delete', 'aws_sqs_queue')).toMatch(/lost/);
    expect(lost('create,delete', 'aws_api_gateway_deployment')).toBeUndefined();
    expect(lost('create,forget', 'aws_sqs_queue')).toBeUndefined();
  });
});

describe('rules of a security group, peer by peer', () => {
  const ssh = { from_port: 22, to_port: 22, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'] };

  it('a peer that stays is neither opened nor closed', () => {
    const change = reviewOf(
      entry('aws_security_group.g', 'update', {
        before: { ingress: [ssh] },
        after: { ingress: [{ ...ssh, cidr_blocks: ['10.0.0.0/8', '0.0.0.0/0'] }] },
      }),
    );
    expect(change.meaning).toEqual(['opens tcp 22 from 0.0.0.0/0']);
    expect(change.findings).toEqual([{ kind: 'public', sentence: 'opens tcp 22 from 0.0.0.0/0' }]);
  });

  it('two halves of the internet are the internet', () => {
    const after = { type: 'ingress', ...ssh, cidr_blocks: ['0.0.0.0/1', '128.0.0.0/1'] };
    expect(reviewOf(entry('aws_security_group_rule.r', 'create', { after })).findings).toMatchObject([
      { kind: 'public' },
    ]);
  });
});

describe('an object whose etag is that of an upload in parts', () => {
  it('is said to be perhaps the same, and one with the digest of its content is not', () => {
    function parts(before: string): readonly string[] {
      const change = { before: { etag: before }, after: { etag: '7c71985090486ace73635690ea086ec5' } };
      return reviewOf(entry('aws_s3_object.layer', 'update', change)).meaning;
    }
    expect(parts('7844343360e91a18496dba8c549929c5-5').join()).toContain('its content may be the same');
    expect(parts('7844343360e91a18496dba8c549929c5')).toEqual([]);
  });
});

describe('a condition of a policy', () => {
  const open = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  const closed = { ...open, Condition: { Bool: { 'aws:SecureTransport': 'true' } } };

  it.each([
    ['that goes', closed, open, /wider, s3:GetObject on \*, before only where .*SecureTransport/],
    ['that comes', open, closed, /narrower, no longer s3:GetObject on \*, but where .*SecureTransport/],
  ])('%s is said', (_, before, after, sentence) => {
    const change = { before: { policy: policy(before) }, after: { policy: policy(after) } };
    expect(reviewOf(entry('aws_iam_policy.p', 'update', change)).meaning).toEqual([
      expect.stringMatching(sentence),
    ]);
  });
});

it('a new version of a write-only attribute is told as a value that is written anew', () => {
  const { meaning } = reviewOf(
    entry('aws_db_instance.d', 'update', {
      before: { password_wo: null, password_wo_version: 1 },
      after: { password_wo: null, password_wo_version: 2 },
    }),
  );
  expect(meaning).toEqual([
    'password is written anew: it is write-only, so no plan shows whether it differs',
  ]);
});
