import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { refusalsOf } from '../scripts/build/check-deployable';
import { readLock } from '../scripts/build/provider-lock';
import { synthesisSources } from '../scripts/build/synthesis-sources';
import { synthesize, synthesizedStacks } from '../scripts/build/terraform-cli';
import { filesBelow } from '../scripts/files-below';

const run = promisify(execFile);
const root = join(__dirname, '..');

/** Returns every file of a synthesis, by its path below the output folder. */
function outputOf(out: string): ReadonlyMap<string, Buffer> {
  return new Map(filesBelow(out).map((path) => [path.slice(out.length + 1), readFileSync(path)]));
}

/** Synthesizes a copy of the tree, made now and elsewhere, and returns every file it wrote. */
async function synthesizeCopy(prefix: string): Promise<ReadonlyMap<string, Buffer>> {
  const copy = mkdtempSync(join(tmpdir(), prefix));
  try {
    for (const source of synthesisSources)
      cpSync(join(root, source), join(copy, source), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const output = await run(process.execPath, ['--require', 'tsx/cjs', 'main.ts'], {
      cwd: copy,
      // Without what Node says about the libraries' own ways, which differs from version to version.
      env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
    });
    expect(output).toEqual({ stderr: '', stdout: '' });
    return outputOf(join(copy, 'cdktf.out'));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

describe('synthesis', () => {
  const out = mkdtempSync(join(tmpdir(), 'warmpath-synthesis-'));
  let first: ReadonlyMap<string, Buffer>;
  let second: ReadonlyMap<string, Buffer>;

  beforeAll(async () => {
    synthesize(root, out);
    first = outputOf(out);
    second = await synthesizeCopy('warmpath-second-checkout-');
  });
  afterAll(() => rmSync(out, { recursive: true }));

  test('writes every stack of every environment', () => {
    const stacks = [...first.keys()].filter((path) => path.endsWith('cdk.tf.json'));
    expect(stacks).toEqual(
      [
        'ai-shell-ecs-local',
        'ai-shell-ecs-prod',
        'ai-shell-ecs-staging',
        'prewarm-local',
        'prewarm-prod',
        'prewarm-staging',
      ].map((stack) => join('stacks', stack, 'cdk.tf.json')),
    );
  });

  test('writes the same bytes from two checkouts: stacks, programs and manifest', () => {
    expect([...second.keys()]).toEqual([...first.keys()]);
    const different = [...first]
      .filter(([path, bytes]) => !second.get(path)?.equals(bytes))
      .map(([path]) => path);
    expect(different).toEqual([]);
  });

  test('is held back from a deployment by every example of the untouched environments', () => {
    const said = refusalsOf(out, ['*']);
    expect(said).toHaveLength(synthesizedStacks(out).length);
    for (const example of [
      ...['the account 000000000000', 'the account 111111111111', 'the account 222222222222'],
      ...['an image digest that is all zeros', 'the key/', 'the state bucket', 'the organization example'],
      ...['the VPC vpc-', 'the subnet subnet-0a', 'the subnet subnet-0b', 'the machine image ami-'],
    ])
      expect(said.filter((sentence) => sentence.includes(example))).not.toEqual([]);
  });

  test('lays the one provider lock of the repository beside every stack', () => {
    const lock = readFileSync(join(root, '.terraform.lock.hcl'));
    const stacks = [...first.keys()].filter((path) => path.endsWith('cdk.tf.json'));
    expect(stacks.length).toBeGreaterThan(0);
    for (const path of stacks)
      expect(first.get(path.replace('cdk.tf.json', '.terraform.lock.hcl'))).toEqual(lock);
    expect(readLock(lock.toString())).toMatchObject({
      version: '5.100.0',
      constraints: '>= 5.100.0, < 7.0.0',
    });
  });

  test('asks for the versions of Terraform and of the provider that the stacks are tested with', () => {
    for (const [path, bytes] of first) {
      if (!path.endsWith('cdk.tf.json')) continue;
      expect(JSON.parse(bytes.toString()).terraform).toMatchObject({
        required_version: '>= 1.11.0',
        required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.100.0, < 7.0.0' } },
      });
    }
  });
});
