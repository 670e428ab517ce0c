import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { HclOutputError, synthesizeStacks } from '../../../modules/parts/synthesize-stacks';

describe('the synthesis of stacks', () => {
  let outdir: string;
  let stackFolder: string;

  beforeEach(() => {
    outdir = mkdtempSync(join(tmpdir(), 'warmpath-synthesis-'));
    stackFolder = join(outdir, 'stacks', 'only');
  });
  afterEach(() => {
    delete process.env['SYNTH_HCL_OUTPUT'];
    rmSync(outdir, { recursive: true, force: true });
  });

  function app(): App {
    const made = new App({ outdir, stackTraces: false });
    new TerraformStack(made, 'only');
    return made;
  }

  test('removes the HCL that an earlier one left, which Terraform would read beside the JSON', () => {
    mkdirSync(stackFolder, { recursive: true });
    writeFileSync(join(stackFolder, 'cdk.tf'), 'terraform {');
    synthesizeStacks(app());
    expect(existsSync(join(stackFolder, 'cdk.tf'))).toBe(false);
    expect(JSON.parse(readFileSync(join(stackFolder, 'cdk.tf.json'), 'utf8'))).toHaveProperty('terraform');
  });

  test.each(['true', '1'])('writes no HCL, which cdktf asks for by %s, and says why', (asked) => {
    process.env['SYNTH_HCL_OUTPUT'] = asked;
    expect(() => synthesizeStacks(app())).toThrow(HclOutputError);
    expect(existsSync(stackFolder)).toBe(false);
  });
});
