import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseStacks, describeResult, UnknownStacks } from '../../../scripts/build/terraform';
import {
  findProviderMirror,
  remoteDataSources,
  synthesizedStacks,
} from '../../../scripts/build/terraform-cli';

describe('stacks on their way to Terraform', () => {
  test('ask AWS only through data sources that the provider cannot answer by itself', () => {
    const data = {
      aws_region: { here: {} },
      aws_iam_policy_document: { p: {} },
      aws_ssm_parameter: { ami: {} },
    };
    expect(remoteDataSources({ data })).toEqual(['aws_ssm_parameter']);
    expect(remoteDataSources({})).toEqual([]);
  });

  test('take the provider from the folder that the operator names', () => {
    const before = process.env['TF_PROVIDER_MIRROR'];
    process.env['TF_PROVIDER_MIRROR'] = '/mirror';
    expect(findProviderMirror()).toBe('/mirror');
    if (before === undefined) delete process.env['TF_PROVIDER_MIRROR'];
    else process.env['TF_PROVIDER_MIRROR'] = before;
  });

  test('are found in the manifest of a synthesis, in the order of names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-manifest-'));
    mkdirSync(join(folder, 'stacks'));
    function stack(name: string) {
      return { name, workingDirectory: `stacks/${name}` };
    }
    writeFileSync(
      join(folder, 'manifest.json'),
      JSON.stringify({ stacks: { b: stack('b'), a: stack('a') } }),
    );
    expect(synthesizedStacks(folder)).toEqual([
      { name: 'a', folder: join(folder, 'stacks/a') },
      { name: 'b', folder: join(folder, 'stacks/b') },
    ]);
    rmSync(folder, { recursive: true });
  });

  test('are those that the command names, all where it names none', () => {
    const stacks = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
    expect(chooseStacks(stacks, [])).toEqual(stacks);
    expect(chooseStacks(stacks, ['c', 'a'])).toEqual([{ name: 'a' }, { name: 'c' }]);
  });

  test('are refused under a name that no stack has, with the names there are', () => {
    expect(() => chooseStacks([{ name: 'a' }, { name: 'b' }], ['a', 'nope', '--json'])).toThrow(
      new UnknownStacks('stack: got nope, --json; allowed a, b'),
    );
  });

  test('are told about in one line each', () => {
    const counts = { add: 29, change: 0, destroy: 1 };
    expect(describeResult({ kind: 'passed', name: 'prewarm-prod', seconds: 7.25, counts })).toBe(
      'prewarm-prod                   7.3 s  29 to add, 0 to change, 1 to destroy',
    );
    expect(describeResult({ kind: 'failed', name: 'x', seconds: 1, message: 'no' })).toContain('failed: no');
  });
});
