import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockProblems, staleStacks, writeCommittedStacks } from '../../../scripts/build/synth-commit';

let folder: string;
let out: string;
let target: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmpath-commit-'));
  [out, target] = [join(folder, 'out'), join(folder, 'terraform')];
  const stacks = {
    'prewarm-staging': { cloud: { organization: 'acme' } },
    'prewarm-prod': { backend: { s3: {} } },
  };
  const manifest = Object.fromEntries(
    Object.keys(stacks).map((name) => [name, { name, workingDirectory: `stacks/${name}` }]),
  );
  for (const [name, terraform] of Object.entries(stacks)) {
    const stack = join(out, 'stacks', name);
    mkdirSync(join(stack, 'assets/api'), { recursive: true });
    writeFileSync(join(stack, 'cdk.tf.json'), JSON.stringify({ terraform }));
    writeFileSync(join(stack, '.terraform.lock.hcl'), 'hashes = ["h1:own=", "zh:every"]\n');
    writeFileSync(join(stack, 'assets/api/archive.zip'), 'zip');
  }
  writeFileSync(join(out, 'manifest.json'), JSON.stringify({ stacks: manifest }));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the folder that HCP Terraform runs from the repository', () => {
  it('holds the stacks with their state there, with zips and lock, and is up to date then', () => {
    expect(staleStacks(out, target)).toEqual(['prewarm-staging is missing']);
    expect(writeCommittedStacks(out, target)).toEqual(['prewarm-staging']);
    expect(readFileSync(join(target, 'prewarm-staging/assets/api/archive.zip'), 'utf8')).toBe('zip');
    expect(existsSync(join(target, 'prewarm-staging/.terraform.lock.hcl'))).toBe(true);
    expect(existsSync(join(target, 'prewarm-prod'))).toBe(false);
    expect(staleStacks(out, target)).toEqual([]);
  });

  it('is not up to date where a zip differs, a file is left over, or a stack is gone', () => {
    writeCommittedStacks(out, target);
    writeFileSync(join(out, 'stacks/prewarm-staging/assets/api/archive.zip'), 'new');
    expect(staleStacks(out, target)).toEqual(['prewarm-staging differs from its sources']);
    writeCommittedStacks(out, target);
    writeFileSync(join(target, 'prewarm-staging/extra.tf'), '');
    expect(staleStacks(out, target)).toEqual(['prewarm-staging differs from its sources']);
    mkdirSync(join(target, 'old-staging'));
    writeFileSync(join(target, 'old-staging/cdk.tf.json'), '{}');
    writeFileSync(join(target, 'README.md'), 'mine');
    expect(staleStacks(out, target)).toHaveLength(2);
    writeCommittedStacks(out, target);
    expect(staleStacks(out, target)).toEqual([]);
    expect(existsSync(join(target, 'README.md'))).toBe(true);
  });

  it('needs a lock of providers that holds for the workers', () => {
    expect(lockProblems(out)).toEqual([]);
    writeFileSync(join(out, 'stacks/prewarm-staging/.terraform.lock.hcl'), 'hashes = ["h1:own="]\n');
    expect(lockProblems(out)).toEqual([
      'prewarm-staging has no lock of providers for linux_amd64: run npm run lock',
    ]);
  });
});
