import { differences, isNodeNewEnough, renameImports } from '../../../scripts/build/check-exit';

describe('the way out of the archived library', () => {
  test.each([
    ["import { App } from 'cdktf';", "import { App } from 'cdktn';"],
    ['import "cdktf/lib/testing";', 'import "cdktn/lib/testing";'],
    [
      "import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';",
      "import { SqsQueue } from '@cdktn/provider-aws/lib/sqs-queue';",
    ],
    ["const folder = 'cdktf.out';", "const folder = 'cdktf.out';"],
    ["import { Construct } from 'constructs';", "import { Construct } from 'constructs';"],
  ])('renames %s', (before, after) => {
    expect(renameImports(before)).toBe(after);
  });

  test('takes stacks for equal that differ in what the libraries say of themselves', () => {
    function stack(version: string) {
      return {
        '//': { metadata: { version, stackName: 'prod' } },
        terraform: { required_providers: { aws: { version } } },
        resource: { aws_sqs_queue: { tasks: { tags: ['a'] } } },
      };
    }
    expect(differences(stack('0.21.0'), stack('0.24.0'))).toEqual([]);
  });

  test('names the path of every other difference', () => {
    function stack(name: string, tags: string[]) {
      return {
        resource: { aws_sqs_queue: { tasks: { name, tags } } },
      };
    }
    expect(differences(stack('a', ['x', 'y']), stack('b', ['x', 'z']))).toEqual([
      '.resource.aws_sqs_queue.tasks.name: "a" became "b"',
      '.resource.aws_sqs_queue.tasks.tags[1]: "y" became "z"',
    ]);
    expect(differences({ output: { a: 1 } }, { output: {} })).toEqual(['.output.a: 1 became undefined']);
    expect(differences([1], [1, 2])).toHaveLength(1);
  });

  test.each([
    ['20.20.2', false],
    ['22.18.0', false],
    ['22.19.0', true],
    ['24.0.0', true],
  ])('knows whether Node.js %s runs the fork: %s', (version, expected) => {
    expect(isNodeNewEnough(version)).toBe(expected);
  });
});
