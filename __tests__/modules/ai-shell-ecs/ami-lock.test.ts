import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnnotationMetadataEntryType, TerraformStack, Testing } from 'cdktf';
import { AiShellEcs, type AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { readLockedAmi } from '../../../modules/ai-shell-ecs/ami-lock';
import { minimal } from './props';
import { synthesize } from './synth';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-ami-lock-'));
const lockFile = join(folder, 'ami.lock.json');
const arm64 = { id: 'ami-0a1b2c3d4e5f60718', name: 'al2023-arm64' };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(content: unknown): string {
  writeFileSync(lockFile, typeof content === 'string' ? content : JSON.stringify(content));
  return lockFile;
}

function warningsOf(props: Partial<AiShellEcsProps>): readonly string[] {
  const stack = new TerraformStack(Testing.app(), 'stack');
  const shell = new AiShellEcs(stack, 'shell', { ...minimal, ...props });
  return shell.node.metadata
    .filter(({ type }) => type === AnnotationMetadataEntryType.WARN)
    .map(({ data }) => String(data))
    .filter((warning) => warning.startsWith('ami: '));
}

describe('an AMI from the lock', () => {
  it('is the one of Region and architecture, as it stands there, and nothing is looked up', () => {
    write({ 'eu-central-1': { arm64 } });
    const { one, count } = synthesize({ ami: { from: 'lock', lockFile, region: 'eu-central-1' } });
    expect(one('aws_launch_template')['image_id']).toBe(arm64.id);
    expect(count('data.aws_ssm_parameter')).toBe(0);
  });

  it.each([
    [
      'another Region',
      { 'us-east-1': { arm64 } },
      /no AMI for arm64 in eu-central-1 \(there: arm64 in us-east-1\)/,
    ],
    ['another architecture', { 'eu-central-1': { x86_64: arm64 } }, /there: x86_64 in eu-central-1/],
    ['nothing', {}, /there: none/],
    [
      'something else than an id',
      { 'eu-central-1': { arm64: { ...arm64, id: 'latest' } } },
      /the id of an AMI/,
    ],
    ['no JSON', '{', /cannot be read as JSON/],
  ])('is refused where the file holds %s, with the command that mends it', (_, content, message) => {
    write(content);
    function read() {
      return readLockedAmi(lockFile, 'eu-central-1', 'arm64');
    }
    expect(read).toThrow(message);
    expect(read).toThrow('warmpath coldstart ami --update --region eu-central-1 --architecture arm64');
  });
});

it('warns of a recommended AMI without a lock, which any apply would roll out', () => {
  expect(warningsOf({})).toEqual([expect.stringContaining('looked up at each plan')]);
});

it.each<[string, Partial<AiShellEcsProps>]>([
  ['an id', { ami: { from: 'id', id: arm64.id } }],
  ['a parameter of their own', { ami: { from: 'ssm', parameter: '/teams/ami', resolve: 'plan' } }],
  ['a variable', { ami: { from: 'recommended', given: { value: '', lookUp: true } } }],
  ['a golden AMI, which the recommended one comes before', { goldenAmi: {} }],
])('does not warn those who have %s', (_, props) => {
  expect(warningsOf(props)).toEqual([]);
});
