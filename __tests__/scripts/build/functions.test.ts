import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { unzipSync } from 'fflate';
import { bundleNames, bundles } from '../../../scripts/build/bundles';
import { BundleError, bundle, bundleProgram, repositoryRoot } from '../../../scripts/build/functions';

describe('bundle of a program', () => {
  const folder = mkdtempSync(join(repositoryRoot, 'dist-test-'));
  const source = join(folder, 'handler.ts');
  const spec = { entry: relative(repositoryRoot, source), budgetKib: 10 };
  function build() {
    return bundleProgram('sample', spec, join(folder, 'dist'));
  }

  beforeAll(() => {
    mkdirSync(join(folder, 'dist'));
    writeFileSync(source, "export const handler = async (): Promise<string> => 'first';\n");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is a CommonJS module with the handler that Lambda calls', async () => {
    expect(await require(build().codePath).handler()).toBe('first');
  });

  test('is zipped as index.js, with the same bytes at any time and in any time zone', () => {
    const first = readFileSync(build().zipPath);
    rmSync(join(folder, 'dist', 'sample'), { recursive: true });
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Pacific/Auckland';
    const second = readFileSync(build().zipPath);
    process.env['TZ'] = zone;
    expect(second.equals(first)).toBe(true);
    expect(Object.keys(unzipSync(first))).toEqual(['index.js']);
  });

  test('is named by the hash of the program', () => {
    const { codePath, sha256 } = build();
    expect(createHash('sha256').update(readFileSync(codePath)).digest('hex')).toBe(sha256);
  });

  test('is kept while the sources are the same, and built anew when one changes', () => {
    const before = build();
    const builtAt = statSync(before.codePath).mtimeMs;
    expect(statSync(build().codePath).mtimeMs).toBe(builtAt);
    writeFileSync(source, "export const handler = async (): Promise<string> => 'second';\n");
    const after = build();
    expect(after.sha256).not.toBe(before.sha256);
    expect(readFileSync(after.codePath, 'utf8')).toContain('second');
  });

  test('is refused with the name and the reason when it cannot be built', () => {
    function missing() {
      return bundleProgram('lost', { entry: 'lambdas/lost.ts', budgetKib: 1 }, folder);
    }
    expect(missing).toThrow(
      new BundleError('bundle lost: entry lambdas/lost.ts does not exist; correct scripts/build/bundles.ts'),
    );
    writeFileSync(source, 'export const = 1;\n');
    expect(build).toThrow(/bundle sample: .*handler\.ts does not compile/);
  });
});

describe.each(bundleNames)('bundle %s', (name) => {
  test('stays within its size budget and holds no infrastructure code', () => {
    const { codeBytes, metafile } = bundle(name);
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain(bundles[name].entry);
    expect(inputs.filter((input) => /node_modules\/(@cdktf|cdktf|constructs)\//.test(input))).toEqual([]);
    expect(codeBytes / 1024).toBeLessThanOrEqual(bundles[name].budgetKib);
  });
});
