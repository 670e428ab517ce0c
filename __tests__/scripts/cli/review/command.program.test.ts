import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../prewarm/cli-process';
import { entry, plan } from './plan-builder';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmpath-review-'));
  for (const [stack, document] of [
    ['prewarm-prod', plan(entry('aws_dynamodb_table.tasks', 'delete'))],
    ['quiet-prod', plan()],
  ] as const) {
    mkdirSync(join(folder, stack));
    writeFileSync(join(folder, stack, 'plan.json'), JSON.stringify({ format_version: '1.2', ...document }));
  }
  const resource = {
    aws_dynamodb_table: { tasks: { '//': { metadata: { path: 'prewarm-prod/store/tasks' } } } },
  };
  writeFileSync(join(folder, 'prewarm-prod', 'cdk.tf.json'), JSON.stringify({ resource }));
  writeFileSync(join(folder, 'state.json'), '{"version":4,"serial":1,"resources":[],"lineage":"canary"}');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('warmpath review', () => {
  it('reviews every stack below a folder, with construct paths from beside the plan', async () => {
    const { code, stdout, stderr } = await runCli(['review', '--stacks', folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /`prewarm-prod`[\s\S]*1 stack has no changes[\s\S]*the table is deleted: every item[\s\S]*construct `prewarm-prod\/store\/tasks`/,
    );
  });

  it('ends with 1 where the policy or the expectation forbids it, and still writes the review', async () => {
    const source = join(folder, 'prewarm-prod', 'plan.json');
    const [forbidden, other] = await Promise.all([
      runCli(['review', source, '--fail-on', 'data-loss', '--format', 'json']),
      runCli(['review', source, '--expect', '0'.repeat(32)]),
    ]);
    expect(forbidden).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('policy data-loss: "aws_dynamodb_table.tasks"'),
    });
    expect(JSON.parse(forbidden.stdout)).toMatchObject({ policy: { violations: [{ kind: 'data-loss' }] } });
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not the one that was reviewed'),
    });
    const { fingerprint } = JSON.parse(forbidden.stdout) as { fingerprint: string };
    expect(await runCli(['review', source, '--expect', fingerprint])).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends with 2 and writes nothing where any input is bad, and names all of it', async () => {
    const good = join(folder, 'prewarm-prod', 'plan.json');
    const bad = await runCli(['review', good, join(folder, 'state.json'), join(folder, 'absent.json')]);
    expect(bad).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/a state file[\s\S]*absent\.json: cannot be read \(ENOENT\)/),
    });
    expect(bad.stderr).not.toContain('canary');
    const [none, kind, both] = await Promise.all([
      runCli(['review']),
      runCli(['review', good, '--fail-on', 'weather']),
      runCli(['review', good, '--stacks', folder]),
    ]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to review') });
    expect(kind).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Allowed: replace, delete, data-loss, iam-wider, public'),
    });
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('plans and --stacks') });
  });

  it('reads a plan from standard input', async () => {
    const document = JSON.stringify({ format_version: '1.2', ...plan(entry('aws_sqs_queue.q', 'create')) });
    expect(await runCli(['review', 'prod=-'], document)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('| `prod` | 1 |'),
    });
  });
});
