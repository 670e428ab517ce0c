/** What becomes of a configuration some of whose parts are there only where variables say so. */
import { PresenceError, withPresence } from '../../../modules/parts/hcl-module/presence';
import type { ModuleConfiguration } from '../../../modules/parts/hcl-module/readme';

const presence = new Map([
  ['aws_sns_topic.a', ['var.create']],
  ['aws_sns_topic.a-b', ['var.create']],
  ['aws_sqs_queue.more', ['var.create', 'var.more']],
  ['data.aws_region.here', ['var.create']],
]);

function rewritten(configuration: ModuleConfiguration) {
  return withPresence(configuration, presence);
}

describe('resources and data sources', () => {
  it('get a count, and their index where they are referred to, but not where Terraform wants their address', () => {
    const { resource, data } = rewritten({
      resource: {
        aws_sns_topic: {
          a: {
            name: '${aws_sns_topic.a-b.name}-${data.aws_region.here.id}',
            depends_on: ['aws_sns_topic.a-b'],
          },
          'a-b': { name: 'b' },
        },
        aws_sqs_queue: { more: { policy: '{"Resource":"${aws_sns_topic.a.arn}"}' } },
      },
      data: { aws_region: { here: {} } },
    });
    expect(resource).toEqual({
      aws_sns_topic: {
        a: {
          count: '${var.create ? 1 : 0}',
          name: '${aws_sns_topic.a-b[0].name}-${data.aws_region.here[0].id}',
          depends_on: ['aws_sns_topic.a-b'],
        },
        'a-b': { count: '${var.create ? 1 : 0}', name: 'b' },
      },
      aws_sqs_queue: {
        more: {
          count: '${(var.create) && (var.more) ? 1 : 0}',
          policy: '{"Resource":"${aws_sns_topic.a[0].arn}"}',
        },
      },
    });
    expect(data).toEqual({ aws_region: { here: { count: '${var.create ? 1 : 0}' } } });
  });

  it('keep the count or the instances that they have, where they are there', () => {
    const { resource } = rewritten({
      resource: {
        aws_sns_topic: {
          a: { count: '${var.some ? 1 : 0}', name: '${aws_sns_topic.a-b[*].name}' },
          'a-b': { for_each: '${var.names}', name: '${each.key}' },
        },
      },
    });
    expect(resource).toEqual({
      aws_sns_topic: {
        a: { count: '${var.create ? (var.some ? 1 : 0) : 0}', name: '${aws_sns_topic.a-b[*].name}' },
        'a-b': { for_each: '${var.create ? var.names : {}}', name: '${each.key}' },
      },
    });
  });

  it('are refused where they may go before what refers to them', () => {
    expect(() =>
      rewritten({ resource: { aws_sns_topic: { a: { name: '${aws_sqs_queue.more.name}' } } } }),
    ).toThrow(PresenceError);
  });
});

describe('outputs', () => {
  it.each([
    ['${aws_sns_topic.a.arn}', '${var.create ? aws_sns_topic.a[0].arn : null}'],
    ['${aws_sqs_queue.more.arn}', '${(var.create) && (var.more) ? aws_sqs_queue.more[0].arn : null}'],
    ['plain', 'plain'],
    ['${var.name}', '${var.name}'],
    [
      'say "${replace(aws_sns_topic.a.arn, "}", "\\"")}" $${no} \\',
      '${var.create ? "say \\"${replace(aws_sns_topic.a[0].arn, "}", "\\"")}\\" $${no} \\\\" : null}',
    ],
    [
      ['${aws_sns_topic.a.arn}', '${aws_sqs_queue.more.arn}'],
      '${concat(var.create ? [aws_sns_topic.a[0].arn] : [], (var.create) && (var.more) ? [aws_sqs_queue.more[0].arn] : [])}',
    ],
    [
      { '${aws_sns_topic.a.name}': { arn: '${aws_sns_topic.a.arn}', tags: ['x'] } },
      '${var.create ? {(aws_sns_topic.a[0].name) = {"arn" = aws_sns_topic.a[0].arn, "tags" = ["x"]}} : {}}',
    ],
  ])('%j is %j', (value, expected) => {
    const { output } = rewritten({ output: { it: { value } } });
    expect(output).toEqual({ it: { value: expected } });
  });
});

describe('locals', () => {
  it('are null where they are one expression, and lack the part that is not there where they are a text', () => {
    const { locals } = rewritten({
      locals: {
        one: '${coalesce(var.region, data.aws_region.here.id)}',
        text: 'at ${data.aws_region.here.id}',
      },
    });
    expect(locals).toEqual({
      one: '${var.create ? coalesce(var.region, data.aws_region.here[0].id) : null}',
      text: 'at ${join("", data.aws_region.here[*].id)}',
    });
  });
});
