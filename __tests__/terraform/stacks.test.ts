/** Every stack of every environment, and every variant of a construct, with the real AWS provider. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { addressesOf, checkAddresses } from '../../scripts/build/addresses';
import { repositoryRoot } from '../../scripts/build/functions';
import { describeResult, runStacks, type StackResult } from '../../scripts/build/terraform';
import { readConfiguration, synthesize, synthesizedStacks } from '../../scripts/build/terraform-cli';
import { addAiShellEcsVariant, aiShellEcsVariants } from './variants/ai-shell-ecs';
import { addPrewarmVariant, prewarmVariants } from './variants/prewarm';

const outFolder = mkdtempSync(join(tmpdir(), 'warmpath-synth-'));
const variantsFolder = mkdtempSync(join(tmpdir(), 'warmpath-variants-'));

synthesize(repositoryRoot, outFolder);
const variants = new App({ outdir: variantsFolder, stackTraces: false });
for (const name of prewarmVariants) addPrewarmVariant(variants, name);
for (const name of aiShellEcsVariants) addAiShellEcsVariant(variants, name);
variants.synth();

const stacks = [...synthesizedStacks(outFolder), ...synthesizedStacks(variantsFolder)];
let results: readonly StackResult[] = [];

beforeAll(async () => {
  results = await runStacks(stacks, 'plan', (result) => {
    process.stderr.write(`${describeResult(result)}\n`);
  });
});

afterAll(() => {
  rmSync(outFolder, { recursive: true, force: true });
  rmSync(variantsFolder, { recursive: true, force: true });
});

describe.each(stacks)('stack $name', ({ name, folder }) => {
  test('validates and plans to create all it holds, and nothing else', () => {
    const result = results.find((candidate) => candidate.name === name);
    expect(result).toMatchObject({ kind: 'passed', counts: { change: 0, destroy: 0 } });
    expect(result?.kind === 'passed' && result.counts?.add).toBeGreaterThan(0);
  });

  test('keeps its addresses', () => {
    const snapshot = join(__dirname, 'addresses', `${name}.json`);
    expect(checkAddresses(snapshot, addressesOf(readConfiguration(folder)))).toBe('');
  });
});
