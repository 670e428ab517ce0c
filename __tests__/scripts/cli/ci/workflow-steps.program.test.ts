/** Every shell step of every workflow, as it stands in the file, with stand-ins for npm, Terraform and `gh`. */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../../../package.json';
import { GithubApi } from './github-api';
import { makeCheckout, replacedQueue, writeProgram, writeSynthesis } from './pipeline-checkout';
import { jobsOf, WorkflowRunner, workflows } from './workflow-files';

const root = join(__dirname, '../../../..');
const { releaseNotes } = require('../../../../scripts/build/release-notes.cjs') as {
  releaseNotes(tag: string, version: string, changelog: string): string;
};
const HEAD = 'c'.repeat(40);
const FORK = { full_name: 'fork/r' };
let api: GithubApi;
let ssm: Server;
let work: string;
let runner: WorkflowRunner;

beforeAll(async () => {
  api = new GithubApi();
  await api.start();
  work = mkdtempSync(join(tmpdir(), 'warmpath-workflow-'));
  makeCheckout(work);
  // The first parent of the merge, and the commit before the push, are folders here.
  for (const [side, queue] of [
    ['HEAD^1', 'base'],
    ['before', 'base'],
    ['head', 'head'],
  ] as const)
    writeSynthesis(join(work, side), queue);
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
  apply) [ ! -e ${work}/broken ] || { echo "the account is full" >&2; exit 1; };;
  output) echo '{"url":{"value":"https://q"},"token":{"sensitive":true,"value":"canary-output"},"again":{"value":"x canary-output"}}';;
  *) echo "canary-in-the-text-of-terraform";;
esac`,
  );
  writePlan('head');
  ssm = createServer((request, response) => {
    request.resume().on('end', () => {
      const Value = JSON.stringify({ image_id: 'ami-0b2', image_name: 'al2023-ami-ecs-new' });
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ Parameter: { Value } }));
    });
  });
  await new Promise<void>((resolve) => ssm.listen(0, '127.0.0.1', resolve));
  runner = new WorkflowRunner(
    work,
    {
      'github.token': 'ghs_token',
      'github.event.pull_request.number': '7',
      'github.event.before': 'before',
      'github.event.workflow_run.head_sha': HEAD,
      'github.event.workflow_run.head_repository.full_name': FORK.full_name,
      'github.event.workflow_run.id': '99',
      'github.event.workflow_run.conclusion': 'success',
      'needs.touched.outputs.stacks': '[{"stack":"prewarm-prod","environment":"prod"}]',
      'matrix.stack': 'prewarm-prod',
    },
    {
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_API_URL: api.url,
      GITHUB_GRAPHQL_URL: `${api.url}/graphql`,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_RUN_ID: '42',
      GITHUB_SHA: 'd'.repeat(40),
      RUNNER_TEMP: join(work, 'temp'),
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(ssm.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
    },
  );
});

afterAll(async () => {
  await api.stop();
  await new Promise((resolve) => ssm.close(resolve));
  rmSync(work, { recursive: true, force: true });
});

beforeEach(() => {
  for (const list of [api.comments, api.issues, api.calls]) list.length = 0;
  api.minimized.clear();
  api.pulls = [{ number: 7, head: { sha: HEAD, repo: FORK }, merged_at: '2026-11-20T08:00:00Z' }];
  writeFileSync(join(work, 'calls'), '');
  rmSync(join(work, 'temp'), { recursive: true, force: true });
  mkdirSync(join(work, 'temp'));
});

afterEach(() => {
  expect(JSON.stringify([api.comments, api.issues])).not.toContain('canary');
  rmSync(join(work, 'reviews'), { recursive: true, force: true });
});

function program(name: string, text: string): void {
  writeProgram(join(work, name), text);
}

function writePlan(queueName: string): void {
  const queue = replacedQueue({
    before: { name: 'base', password: 'canary-before' },
    after: { name: queueName, password: 'canary-after' },
    before_sensitive: { password: true },
  });
  const plan = { format_version: '1.2', resource_changes: [queue], resource_drift: [queue] };
  writeFileSync(join(work, 'plan.json'), JSON.stringify(plan));
}

function calls(): string {
  return readFileSync(join(work, 'calls'), 'utf8');
}

function body(): string {
  expect(api.comments).toHaveLength(1);
  return api.comments[0]?.body ?? '';
}

/** Runs a job with other values of expressions than the usual ones. */
async function runWith(expressions: Readonly<Record<string, string>>, file: string, job: string) {
  const usual = { ...runner.expressions };
  Object.assign(runner.expressions, expressions);
  try {
    return await runner.run(file, job);
  } finally {
    Object.assign(runner.expressions, usual);
  }
}

describe('plan.yml', () => {
  it('finds the touched stacks, plans each, keeps one comment, marks it out of date and folds it', async () => {
    const touched = await runner.run('plan.yml', 'touched');
    expect(touched.stepOutputs).toBe('stacks=[{"stack":"prewarm-prod","environment":"prod"}]\n');
    expect(touched.summary).toContain('Stacks that need a plan: `prewarm-prod`');

    rmSync(join(work, 'reviews'), { recursive: true });
    const planned = await runner.run('plan.yml', 'plan');
    expect(planned.summary).toMatch(/the queue is replaced: slices and other messages/);
    expect(planned.stepOutputs).toMatch(/^fingerprint=[0-9a-f]{32}\n$/);
    expect(calls()).toMatch(/terraform plan .*-lock=false/);
    expect(existsSync(join(work, 'reviews/plan.json'))).toBe(false);

    await runner.run('plan.yml', 'comment');
    expect(body()).toContain('construct `prewarm-prod/queue`');
    await runner.run('plan.yml', 'outdated');
    expect(body()).toContain('Out of date');
    await runner.run('plan.yml', 'fold');
    expect([...api.minimized.values()]).toEqual(['RESOLVED']);
    expect(planned.output + planned.summary).not.toContain('canary');
  });

  it('names the stack whose job failed beside those that were reviewed', async () => {
    await runner.run('plan.yml', 'plan');
    const stacks = ['prewarm-prod', 'ai-shell-ecs-prod'].map((stack) => ({ stack, environment: 'prod' }));
    await runWith({ 'needs.touched.outputs.stacks': JSON.stringify(stacks) }, 'plan.yml', 'comment');
    expect(body()).toMatch(
      /No plan of `ai-shell-ecs-prod`; a job failed\.\*\* See https:\/\/github\.example\/o\/r\/actions\/runs\/42[\s\S]*the queue is replaced/,
    );
  });

  it.each([
    ['every job failed', '[{"stack":"prewarm-prod","environment":"prod"}]', /No plan of `prewarm-prod`/],
    ['the stacks were not found', '', /which stacks are touched could not be found/],
    ['no stack is touched any more', '[]', /No stack is touched any more/],
  ])('does not leave the comment out of date where %s', async (_case, stacks, text) => {
    api.addComment('github-actions[bot]', '<!-- warmpath:review -->\nold');
    await runner.run('plan.yml', 'outdated');
    await runWith({ 'needs.touched.outputs.stacks': stacks }, 'plan.yml', 'comment');
    expect(body()).toMatch(text);
    expect(body()).not.toMatch(/Out of date|old/);
  });

  it('writes no comment into a pull request that never touched a stack', async () => {
    const { output } = await runWith({ 'needs.touched.outputs.stacks': '[]' }, 'plan.yml', 'comment');
    expect(output).toContain('no stack is touched');
    expect(api.comments).toEqual([]);
  });
});

describe('comment.yml, of a fork', () => {
  async function leaveArtefact(): Promise<void> {
    await runner.run('plan.yml', 'touched');
    cpSync(join(work, 'reviews'), join(work, 'temp/reviews'), { recursive: true });
  }

  function ended(conclusion: string) {
    return runWith({ 'github.event.workflow_run.conclusion': conclusion }, 'comment.yml', 'comment');
  }

  it('says who made the review and which run has it whole, from what GitHub tells of the run', async () => {
    await leaveArtefact();
    const { output } = await ended('success');
    expect(output).toContain('created');
    expect(body()).toMatch(/\[!CAUTION\][\s\S]*in a fork[\s\S]*## Plan review/);
    expect(api.calls).toContain(
      'GET /repos/o/r/pulls?state=open&sort=updated&direction=desc&per_page=100&page=1',
    );
  });

  it('marks it out of date while a run goes on, tells a failure, and folds it when the request is closed', async () => {
    await leaveArtefact();
    await ended('success');
    await ended('');
    expect(body()).toContain('Out of date');
    await ended('failure');
    expect(body()).toMatch(/could not be compared; a job failed\.\*\* See https:.*\/actions\/runs\/99/);
    const before = body();
    await ended('cancelled');
    expect(body()).toBe(before);
    const [open] = api.pulls;
    api.pulls = open === undefined ? [] : [{ ...open, state: 'closed' }];
    await ended('skipped');
    expect([...api.minimized.values()]).toEqual(['RESOLVED']);
  });

  it.each([
    ['is no review', '{"version":1,"fingerprint":"</details>","stacks":[]}', /synth\.json: no review/],
    ['is no JSON', '<script>', /synth\.json: cannot be read as JSON/],
  ])('takes nothing from an artefact that %s', async (_case, text, message) => {
    await leaveArtefact();
    writeFileSync(join(work, 'temp/reviews/synth.json'), text);
    await expect(ended('success')).rejects.toThrow(message);
    expect(api.comments).toEqual([]);
  });

  it('takes no review that calls itself the one of a plan', async () => {
    await leaveArtefact();
    const path = join(work, 'temp/reviews/synth.json');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"configuration"', '"plan"'));
    await expect(ended('success')).rejects.toThrow(/got the review of a plan; allowed a comparison/);
  });
});

describe('apply.yml', () => {
  it('applies what was approved, and tells the pull request with the outputs', async () => {
    await runner.run('apply.yml', 'touched');
    await runner.run('apply.yml', 'plan');
    const applied = await runner.run('apply.yml', 'apply');
    expect(applied.summary).toMatch(/is applied[\s\S]*`url`: `https:\/\/q`[\s\S]*`token`: \(sensitive\)/);
    expect(body()).toMatch(/is applied[\s\S]*https:\/\/github\.example\/o\/r\/actions\/runs\/42/);
    expect(calls()).toMatch(/terraform apply /);
    expect(JSON.stringify(applied)).not.toContain('canary');
  });

  it('applies nothing where the fresh plan is another one, and says so', async () => {
    await runner.run('apply.yml', 'plan');
    writePlan('other');
    try {
      await expect(runner.run('apply.yml', 'apply')).rejects.toThrow(
        /not applied: the fresh plan is not the one that was reviewed/,
      );
    } finally {
      writePlan('head');
    }
    expect(calls()).not.toMatch(/terraform apply /);
    expect(body()).toMatch(/`prewarm-prod` is not applied\*\*: the fresh plan is not the one/);
  });

  it('fails where Terraform fails, also where the pull request cannot be told', async () => {
    await runner.run('apply.yml', 'plan');
    writeFileSync(join(work, 'broken'), '');
    try {
      await expect(runner.run('apply.yml', 'apply')).rejects.toThrow(/the account is full/);
      expect(body()).toContain('Apply of `prewarm-prod` failed');
      api.isReadOnly = true;
      await expect(runner.run('apply.yml', 'apply')).rejects.toThrow(/terraform apply ended with 1/);
    } finally {
      api.isReadOnly = false;
      rmSync(join(work, 'broken'));
    }
  });

  it('has applied what it applied, also where the pull request cannot be told', async () => {
    await runner.run('apply.yml', 'plan');
    api.isReadOnly = true;
    try {
      const { output, summary } = await runner.run('apply.yml', 'apply');
      expect(summary).toContain('is applied');
      expect(output).toMatch(/the pull request is not told: POST .*answered 403/);
    } finally {
      api.isReadOnly = false;
    }
  });

  it('plans every stack where nobody pushed', async () => {
    const { stepOutputs } = await runWith({ 'github.event.before': '' }, 'apply.yml', 'touched');
    expect(stepOutputs).toContain('prewarm-prod');
  });
});

it('drift.yml opens an issue for a stack that drifted', async () => {
  const listed = await runner.run('drift.yml', 'stacks');
  expect(listed.stepOutputs).toContain('prewarm-prod');
  await runner.run('drift.yml', 'drift');
  expect(api.issues).toMatchObject([{ title: 'Drift in prewarm-prod', state: 'open' }]);
  expect(calls()).toMatch(/terraform plan .*-refresh-only/);
});

it('checks.yml runs the tiers of the repository', async () => {
  accessSync(join(root, '.ci/run'), constants.X_OK);
  expect((await runner.run('checks.yml', 'checks')).output).toContain('checks');
});

describe('release.yml', () => {
  it('tests, packs what the changelog tells of, releases what its checksums say, and publishes that', async () => {
    const tag = `v${version}`;
    const packages = ['', '-constructs', '-constructs-cdktn'].map((name) => `warmpath${name}-${version}.tgz`);
    const sbom = `warmpath-${version}.cdx.json`;
    mkdirSync(join(work, 'dist/npm'), { recursive: true });
    for (const name of [...packages, sbom]) writeFileSync(join(work, 'dist/npm', name), name);
    execFileSync('bash', ['-c', 'sha256sum * > SHA256SUMS'], { cwd: join(work, 'dist/npm') });
    // A released version has a day.
    mkdirSync(join(work, 'scripts/build'), { recursive: true });
    copyFileSync(
      join(root, 'scripts/build/release-notes.cjs'),
      join(work, 'scripts/build/release-notes.cjs'),
    );
    const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    writeFileSync(
      join(work, 'CHANGELOG.md'),
      changelog.replace(/^(## \[.*\] - )unreleased$/m, '$12026-01-31'),
    );
    program('bin/gh', `echo "gh $*" >> ${work}/calls`);
    await runWith({ 'github.ref_name': tag, 'github.repository': 'o/r' }, 'release.yml', 'test');
    const packed = await runWith({ 'github.ref_name': tag }, 'release.yml', 'pack');
    expect(packed.output).toMatch(/^### Added\n/m);
    await runWith({ 'github.ref_name': tag, 'github.repository': 'o/r' }, 'release.yml', 'release');
    expect(readFileSync(join(work, 'temp/sbom.json'), 'utf8')).toBe(sbom);
    expect(calls()).toMatch(
      new RegExp(`^gh release create ${tag} --verify-tag .*--notes-file notes.md .*dist/npm/SHA256SUMS`, 'm'),
    );
    await runWith({ 'github.ref_name': tag }, 'release.yml', 'publish');
    for (const name of packages)
      expect(calls()).toContain(`npm publish --provenance --access public ./dist/npm/${name}`);

    await expect(runWith({ 'github.ref_name': 'v9.9.9' }, 'release.yml', 'pack')).rejects.toThrow(
      /got the tag v9\.9\.9; allowed: v/,
    );
    writeFileSync(join(work, 'dist/npm', sbom), 'other');
    await expect(
      runWith({ 'github.ref_name': tag, 'github.repository': 'o/r' }, 'release.yml', 'release'),
    ).rejects.toThrow(/FAILED/);
    rmSync(join(work, 'dist'), { recursive: true });
  });

  it('refuses a version without a day, and one that the changelog does not know', () => {
    expect(() => releaseNotes('v1.2.3', '1.2.3', '## [1.2.3] - unreleased\n')).toThrow(
      /got \[1\.2\.3\] - unreleased; allowed: the day/,
    );
    expect(() => releaseNotes('v1.2.3', '1.2.3', '## [1.2.2] - 2026-01-31\n')).toThrow(
      /no entry \[1\.2\.3\]/,
    );
  });
});

describe('ami.yml', () => {
  const BEFORE = '{"eu-central-1":{"arm64":{"id":"ami-0a1","name":"al2023-ami-ecs-old"}}}';

  function git(...args: string[]): string {
    return execFileSync('git', ['-C', work, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      encoding: 'utf8',
    });
  }

  it('does nothing where no AMI is locked', async () => {
    program('bin/gh', 'exit 1');
    await runner.run('ami.yml', 'lock');
    expect(existsSync(join(work, 'ami.lock.json'))).toBe(false);
  });

  it('pushes the recommended AMI to a branch, and opens one pull request', async () => {
    const remote = join(work, 'temp/remote.git');
    execFileSync('git', ['init', '--quiet', '--bare', remote]);
    writeFileSync(join(work, 'ami.lock.json'), BEFORE);
    git('init', '--quiet', '--initial-branch=main');
    git('remote', 'add', 'origin', remote);
    git('add', 'ami.lock.json');
    git('commit', '--quiet', '--message', 'Start');
    program('bin/gh', `echo "gh $*" >> ${work}/calls; [ "$2" != view ] || cat ${work}/temp/state`);
    writeFileSync(join(work, 'temp/state'), '');
    await runner.run('ami.yml', 'lock');
    expect(git('show', 'origin/lock-ami:ami.lock.json')).toContain('ami-0b2');
    expect(calls()).toMatch(/gh pr create --head lock-ami .*--body-file/);
    expect(readFileSync(join(work, 'temp/ami.txt'), 'utf8')).toContain('ami-0b2 (al2023-ami-ecs-new)');

    git('switch', '--quiet', 'main');
    git('branch', '--quiet', '-D', 'lock-ami');
    writeFileSync(join(work, 'temp/state'), 'OPEN\n');
    writeFileSync(join(work, 'calls'), '');
    await runner.run('ami.yml', 'lock');
    expect(calls()).not.toContain('gh pr create');
  });
});

it('no shell step of any workflow is left out above', () => {
  const all = [...workflows].flatMap(([file, workflow]) =>
    jobsOf(workflow)
      .filter(([, { steps }]) => steps.some(({ run }) => run !== undefined))
      .map(([job]) => `${file} ${job}`),
  );
  expect([...runner.ran].sort()).toEqual(all.sort());
});
