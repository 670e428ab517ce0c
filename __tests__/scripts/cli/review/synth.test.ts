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
