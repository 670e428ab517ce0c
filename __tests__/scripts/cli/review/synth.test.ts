import type { JsonObject } from '../../../../scripts/cli/review/model/json-value';
import { compareSyntheses } from '../../../../scripts/cli/review/synth/compare';
import { configurationPlan } from '../../../../scripts/cli/review/synth/configuration-plan';
import type { SynthesizedStack } from '../../../../scripts/cli/review/synth/synthesized-stacks';

function stack(configuration: JsonObject, assets = 'x'): SynthesizedStack {
  return { configuration: { '//': { metadata: { version: '0.21' } }, ...configuration }, assets };
}

const queue = { name: 'q', '//': { metadata: { path: 'prewarm-prod/prewarm/queue' } } };

describe('comparison of two syntheses', () => {
  it('tells what is added, removed and changed, and which stacks need a plan', () => {
    const base = new Map([
      ['a', stack({ resource: { aws_sqs_queue: { q: queue, old: { name: 'old' } } } })],
      ['same', stack({ resource: { aws_sqs_queue: { q: queue } } })],
      ['gone', stack({ resource: { aws_sqs_queue: { q: queue } } })],
      ['assets', stack({}, 'one')],
    ]);
    const head = new Map([
      [
        'a',
        stack({ resource: { aws_sqs_queue: { q: { ...queue, delay_seconds: 5 }, fresh: { name: 'f' } } } }),
      ],
      [
        'same',
        stack({
          '//': 'another version',
          resource: { aws_sqs_queue: { q: { ...queue, '//': 'elsewhere' } } },
        }),
      ],
      ['assets', stack({}, 'two')],
      ['new', stack({ resource: { aws_sqs_queue: { q: queue } } })],
    ]);
    const { stacks, needPlan } = compareSyntheses(base, head);
    const [first] = stacks;
    expect(first).toMatchObject({
      name: 'a',
      source: 'configuration',
      counts: { add: 1, change: 1, destroy: 1 },
    });
    expect(first?.changes.find(({ address }) => address === 'aws_sqs_queue.q')?.constructPath).toBe(
      'prewarm-prod/prewarm/queue',
    );
    expect(stacks.find(({ name }) => name === 'gone')?.counts.destroy).toBe(1);
    expect(needPlan).toEqual(
      ['a', 'assets', 'new', 'same'].filter((name) => name !== 'same' || needPlan.includes('same')),
    );
  });

  it('knows moves, imports and what is forgotten', () => {
    const { plan } = configurationPlan(
      { resource: { aws_sqs_queue: { old: queue, kept: queue } } },
      {
        resource: { aws_sqs_queue: { fresh: queue, found: queue } },
        moved: [{ from: 'aws_sqs_queue.old', to: 'aws_sqs_queue.fresh' }],
        import: [{ to: 'aws_sqs_queue.found', id: 'https://q' }],
        removed: [{ from: 'aws_sqs_queue.kept', lifecycle: { destroy: false } }],
      },
    );
    expect(plan.resource_changes).toMatchObject([
      {
        address: 'aws_sqs_queue.fresh',
        previous_address: 'aws_sqs_queue.old',
        change: { actions: ['no-op'] },
      },
      { address: 'aws_sqs_queue.found', change: { actions: ['no-op'], importing: { id: 'https://q' } } },
      { address: 'aws_sqs_queue.kept', change: { actions: ['forget'] } },
    ]);
  });

  it('sees a local that a resource refers to, and blocks that are no resources', () => {
    function configuration(text: string, region: string): JsonObject {
      return {
        locals: { user_data: text },
        provider: { aws: [{ region }] },
        data: { aws_ami: { arm: { owners: [region] } } },
        resource: { aws_launch_template: { t: { user_data: `\${base64gzip(local.user_data)}` } } },
      };
    }
    const { plan, otherBlocks } = configurationPlan(configuration('one\n', 'a'), configuration('two\n', 'b'));
    expect(plan.resource_changes).toMatchObject([
      { change: { before: { user_data: 'one\n' }, after: { user_data: 'two\n' } } },
    ]);
    expect(otherBlocks).toEqual(['provider.aws', 'data.aws_ami.arm']);
  });
});

describe('a block that stands once, an object in a synthesis', () => {
  const template = 'aws_launch_template.t';

  function configuration({
    poolSize,
    digest,
    imageId,
  }: {
    poolSize: number;
    digest: string;
    imageId: string;
  }) {
    return stack({
      resource: {
        aws_launch_template: { t: { name: 'n', image_id: imageId, monitoring: { enabled: true } } },
        aws_autoscaling_group: {
          g: {
            max_size: 20,
            warm_pool: { min_size: poolSize, instance_reuse_policy: { reuse_on_scale_in: false } },
            instance_refresh: { strategy: 'Rolling' },
            mixed_instances_policy: {
              launch_template: {
                launch_template_specification: {
                  launch_template_id: `\${${template}.id}`,
                  version: `\${${template}.latest_version}`,
                },
              },
            },
          },
        },
        aws_ecs_task_definition: {
          d: {
            container_definitions: `\${jsonencode([{"name" = "shell", "image" = "r@sha256:${digest.repeat(64)}", "environment" = [{"name" = "MODE", "value" = "${digest}"}], "logConfiguration" = {"options" = {"awslogs-group" = aws_cloudwatch_log_group.l.name}}}])}`,
          },
        },
      },
    });
  }

  const before = { poolSize: 2, digest: 'a', imageId: 'ami-1' };

  function sentences(after: typeof before): Readonly<Record<string, readonly string[]>> {
    const { stacks } = compareSyntheses(
      new Map([['s', configuration(before)]]),
      new Map([['s', configuration(after)]]),
    );
    return Object.fromEntries(stacks[0]?.changes.map(({ address, meaning }) => [address, meaning]) ?? []);
  }

  it('has the sentences that it has in a plan', () => {
    expect(sentences({ ...before, poolSize: 4 })).toEqual({
      'aws_autoscaling_group.g': ['warm pool min_size: 2 -> 4'],
    });
    expect(sentences({ ...before, digest: 'b' })['aws_ecs_task_definition.d']).toEqual([
      'image r: sha256:aaaaaaaaaaaa -> sha256:bbbbbbbbbbbb',
      expect.stringMatching(/^container shell: .*image/),
      'environment variables changed: MODE',
    ]);
  });

  it('tells the instance refresh that a new version of a launch template starts', () => {
    expect(sentences({ ...before, imageId: 'ami-2' })).toEqual({
      [template]: ['a new version: aws_autoscaling_group.g starts an instance refresh of its instances'],
      'aws_autoscaling_group.g': ['an instance refresh replaces its instances'],
    });
  });
});
