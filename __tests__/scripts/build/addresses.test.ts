import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressesOf, checkAddresses, compareAddresses } from '../../../scripts/build/addresses';

describe('addresses of a stack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-addresses-'));
  const snapshot = join(folder, 'stack.json');
  const committed = ['aws_s3_bucket.lists_1A2B', 'aws_sqs_queue.tasks_3C4D'];

  beforeAll(() => writeFileSync(snapshot, JSON.stringify(committed)));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are the sorted types and names of resources and data sources', () => {
    expect(
      addressesOf({
        resource: { aws_sqs_queue: { b: {}, a: {} } },
        data: { aws_region: { here: {} } },
      }),
    ).toEqual(['aws_sqs_queue.a', 'aws_sqs_queue.b', 'data.aws_region.here']);
  });

  test('pass when nothing changed', () => {
    expect(checkAddresses(snapshot, committed)).toBe('');
  });

  test('name the old and the new address of a rename, and the moved block that keeps the resource', () => {
    const message = checkAddresses(snapshot, ['aws_s3_bucket.lists_1A2B', 'aws_sqs_queue.work_tasks_5E6F']);
    expect(message).toContain('renamed: aws_sqs_queue.tasks_3C4D -> aws_sqs_queue.work_tasks_5E6F');
    expect(message).toContain(
      'this.addOverride(\'moved\', [{"from":"aws_sqs_queue.tasks_3C4D","to":"aws_sqs_queue.work_tasks_5E6F"}]);',
    );
  });

  test('tell a removed and an added resource of other types apart from a rename', () => {
    expect(compareAddresses(committed, ['aws_s3_bucket.lists_1A2B', 'aws_sns_topic.ended'])).toEqual({
      renamed: [],
      added: ['aws_sns_topic.ended'],
      removed: ['aws_sqs_queue.tasks_3C4D'],
    });
  });

  test('pair each renamed resource with the most similar new name', () => {
    const before = ['aws_subnet.net_zone-a_11', 'aws_subnet.net_zone-b_22'];
    const after = ['aws_subnet.net_zone-b_44', 'aws_subnet.net_zone-a_33'];
    expect(compareAddresses(before, after).renamed).toEqual([
      { from: 'aws_subnet.net_zone-a_11', to: 'aws_subnet.net_zone-a_33' },
      { from: 'aws_subnet.net_zone-b_22', to: 'aws_subnet.net_zone-b_44' },
    ]);
  });
});
