import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ciStacks } from '../../../../scripts/cli/ci/stacks';
import { stackEnvironment } from '../../../../scripts/cli/stack-environment';

let work: string;
let told: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'warmpath-stacks-'));
  told = '';
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += text;
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(work, { recursive: true, force: true });
});

function write(folder: string, stack: string, configuration: object): void {
  const path = join(work, folder, 'stacks', stack);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'cdk.tf.json'), JSON.stringify(configuration));
}

function tagged(Environment: string) {
  return { provider: { aws: [{ default_tags: [{ tags: { Environment } }] }] } };
}

/** Returns the matrix that is printed for the change from `base` to `head`. */
function matrix(base?: string): unknown {
  const printed = jest.mocked(process.stdout.write);
  ciStacks({ out: join(work, 'head'), ...(base !== undefined && { base: join(work, base) }) });
  return JSON.parse(String(printed.mock.lastCall?.[0]));
}

it('a stack is of the environment that its tag names, dashes and all', () => {
  write('head', 'prewarm-eu-prod', tagged('eu-prod'));
  write('head', 'prewarm-prod', {});
  expect(matrix()).toEqual([
    { stack: 'prewarm-eu-prod', environment: 'eu-prod' },
    { stack: 'prewarm-prod', environment: 'prod' },
  ]);
});

it('a tag that no environment can have is not written into a matrix', () => {
  expect(stackEnvironment('prewarm-prod', tagged('prod"}]\nevil'))).toBe('prod');
  expect(stackEnvironment('prewarm-prod', { provider: { aws: [] } })).toBe('prod');
});

it('a stack whose state no job can reach gets none, and is told', () => {
  write('head', 'prewarm-local', { terraform: { backend: { local: { path: 'x' } } } });
  write('head', 'prewarm-staging', { terraform: { cloud: { organization: 'acme' } } });
  write('head', 'prewarm-prod', { terraform: { backend: { s3: {} } } });
  expect(matrix()).toEqual([{ stack: 'prewarm-prod', environment: 'prod' }]);
  expect(told).toMatch(/prewarm-local is left out: its state lies on one machine/);
  expect(told).toMatch(/prewarm-staging is left out: it runs in HCP Terraform/);
});

it('a stack that is new gets a job, one that is gone none', () => {
  write('base', 'prewarm-old', {});
  write('base', 'prewarm-same', {});
  write('head', 'prewarm-same', {});
  write('head', 'prewarm-new', { resource: {} });
  expect(matrix('base')).toEqual([{ stack: 'prewarm-new', environment: 'new' }]);
});
