/** docs/gitlab-ci.yml and docs/gitlab-stack.yml: read as GitLab reads them, and their shell lines run. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { gitlabJobs } from '../../../../scripts/cli/ci/gitlab-jobs';
import { makeCheckout, replacedQueue, runLines, writeProgram, writeSynthesis } from './pipeline-checkout';
import { commandProblems } from './workflow-files';

const root = join(__dirname, '../../../..');
const VERSION = '1.11.4';
const ARCHIVE = `terraform_${VERSION}_linux_amd64.zip`;

interface Job {
  readonly extends?: string;
  readonly stage?: string;
  readonly needs?: readonly string[];
  readonly rules?: readonly object[];
  readonly trigger?: { readonly include: readonly { readonly artifact: string; readonly job: string }[] };
  readonly artifacts?: { readonly paths: readonly string[] };
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

/** Jobs by name, beside the keywords of the whole pipeline. */
type Pipeline = Readonly<Record<string, Job>>;

/** Keywords of a pipeline that are no jobs. */
const GLOBAL = ['stages', 'default', 'variables', 'workflow', 'include'];

/** The documented keywords of a job that the templates may use. */
const JOB_KEYWORDS = [
  'after_script',
  'allow_failure',
  'artifacts',
  'before_script',
  'cache',
  'environment',
  'extends',
  'id_tokens',
  'image',
  'interruptible',
  'needs',
  'parallel',
  'resource_group',
  'retry',
  'rules',
  'script',
  'stage',
  'tags',
  'timeout',
  'trigger',
  'variables',
];

function textOf(name: string): string {
  return readFileSync(join(root, 'docs', name), 'utf8');
}

const childText =
  textOf('gitlab-stack.yml') +
  gitlabJobs([
    { stack: 'prewarm-prod', environment: 'prod' },
    { stack: 'ai-shell-ecs-staging', environment: 'staging' },
  ]);
const pipelines = { parent: parse(textOf('gitlab-ci.yml')), child: parse(childText) } as const;

function jobsOf(pipeline: Pipeline): readonly (readonly [string, Job])[] {
  return Object.entries(pipeline).filter(([name]) => !GLOBAL.includes(name));
}

/** A job with what it extends put in, nearer wins, as GitLab does. */
function wholeJob(pipeline: Pipeline, name: string): Job {
  const job = pipeline[name];
  if (job === undefined) throw new Error(`no job ${name}`);
  return job.extends === undefined ? job : { ...wholeJob(pipeline, job.extends), ...job };
}

describe.each(Object.entries(pipelines))('the %s pipeline', (_name, pipeline) => {
  const names = jobsOf(pipeline).map(([name]) => name);
  const visible = names.filter((name) => !name.startsWith('.'));

  it('has jobs of known keywords that run something, in stages that it names, also for merge requests', () => {
    for (const [, job] of jobsOf(pipeline))
      expect(Object.keys(job).filter((key) => !JOB_KEYWORDS.includes(key))).toEqual([]);
    for (const name of visible) {
      const job = wholeJob(pipeline, name);
      expect(pipeline.stages).toContain(job.stage);
      expect(job.script ?? job.trigger).toBeDefined();
      expect(job.rules?.length).toBeGreaterThan(0);
    }
  });

  it('refers to jobs and artifacts that are there', () => {
    for (const name of visible) {
      const job = wholeJob(pipeline, name);
      for (const needed of job.needs ?? []) expect(visible).toContain(needed);
      for (const { artifact, job: from } of job.trigger?.include ?? [])
        expect(wholeJob(pipeline, from).artifacts?.paths).toContain(artifact);
    }
  });
});

test('each stack gets a plan, an apply and a look for drift of its own, and neither file names a stack', () => {
  expect(jobsOf(pipelines.child).map(([name]) => name)).toEqual(
    expect.arrayContaining(['plan prewarm-prod', 'apply prewarm-prod', 'drift ai-shell-ecs-staging']),
  );
  expect(wholeJob(pipelines.child, 'apply ai-shell-ecs-staging')).toMatchObject({
    stage: 'apply',
    needs: ['plan ai-shell-ecs-staging'],
    variables: { STACK: 'ai-shell-ecs-staging', ENVIRONMENT: 'staging' },
  });
  expect(textOf('gitlab-ci.yml') + textOf('gitlab-stack.yml')).not.toMatch(
    /(?:ecs|prewarm)-(?:prod|staging)/,
  );
});

describe('the shell lines, as they stand in the files', () => {
  let work: string;
  let project: string;

  function program(name: string, text: string): void {
    writeProgram(join(work, 'bin', name), text);
  }

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'warmpath-gitlab-'));
    project = join(work, 'project');
    for (const folder of ['releases', 'installed', 'tmp']) mkdirSync(join(work, folder));
    makeCheckout(project);
    writeSynthesis(join(work, 'base'), 'old');
    writeSynthesis(join(work, 'head'), 'new');
    writeFileSync(
      join(work, 'plan.json'),
      JSON.stringify({
        format_version: '1.2',
        resource_changes: [replacedQueue()],
        resource_drift: [replacedQueue()],
      }),
    );
    writeFileSync(join(work, 'releases', ARCHIVE), 'the archive');
    const digest = createHash('sha256').update('the archive').digest('hex');
    writeFileSync(
      join(work, 'releases', `terraform_${VERSION}_SHA256SUMS`),
      `${'0'.repeat(64)}  terraform_${VERSION}_darwin_arm64.zip\n${digest}  ${ARCHIVE}\n`,
    );
    // In place of packages, the app, the network and the account; what the lines do with them is real.
    program(
      'npm',
      `echo "$*" >> ${work}/npm-calls; [ "\${2-}" != synth ] || { rm -rf cdktf.out; cp -r ${work}/head cdktf.out; }`,
    );
    program('apt-get', 'true');
    program('unzip', `echo "$@" > ${work}/installed/call`);
    program(
      'curl',
      `for url in "$@"; do case "$url" in https://*) cp "${work}/releases/\${url##*/}" .;; esac; done`,
    );
    program('terraform', `[ "$1" != show ] || cat ${work}/plan.json\n[ "$1" != output ] || echo '{}'`);
  });

  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  /** Runs a job as GitLab's runner does: the lines of both scripts in one shell, which ends at the first that fails. */
  function runJob(
    pipeline: Pipeline,
    name: string,
    variables: Readonly<Record<string, string>>,
  ): Promise<string> {
    const job = wholeJob(pipeline, name);
    const lines = [...(job.before_script ?? []), ...(job.script ?? [])].map((line) =>
      line.replaceAll('/tmp/', `${work}/tmp/`),
    );
    return runLines(lines.join('\n'), {
      cwd: project,
      env: {
        PATH: `${join(work, 'bin')}:${process.env['PATH']}`,
        HOME: work,
        TMPDIR: tmpdir(),
        CI_PROJECT_DIR: project,
        CI_JOB_ID: '42',
        AWS_TOKEN: 'canary-token',
        AWS_PLAN_ROLE_ARN: 'arn:plan',
        AWS_APPLY_ROLE_ARN: 'arn:apply',
        ...(pipeline['variables'] as Readonly<Record<string, string>> | undefined),
        ...job.variables,
        ...variables,
      },
    });
  }

  it('find the touched stacks, plan each and apply what was reviewed', async () => {
    await runJob(pipelines.parent, 'touched', { CI_MERGE_REQUEST_DIFF_BASE_SHA: join(work, 'base') });
    const child = parse(readFileSync(join(project, 'stacks.yml'), 'utf8'));
    expect(Object.keys(child)).toEqual(expect.arrayContaining(['plan prewarm-prod', 'apply prewarm-prod']));

    const planned = await runJob(child, 'plan prewarm-prod', {});
    expect(planned).toContain('the queue is replaced: slices and other messages');
    expect(readFileSync(join(work, 'installed/call'), 'utf8')).toContain(ARCHIVE);
    expect(existsSync(join(project, 'reviews/prewarm-prod.json'))).toBe(true);
    const applied = await runJob(child, 'apply prewarm-prod', {});
    expect(applied).toContain('`prewarm-prod` is applied');
    expect(planned + applied).not.toContain('canary-token');
  });

  it('of a schedule fail where something was changed by hand, and no other job runs then', async () => {
    const child = pipelines.child;
    for (const name of ['plan prewarm-prod', 'apply prewarm-prod'])
      expect(wholeJob(child, name).rules?.[0]).toEqual({ if: '$STARTED_BY == "schedule"', when: 'never' });
    expect(wholeJob(child, 'drift prewarm-prod').rules).toEqual([{ if: '$STARTED_BY == "schedule"' }]);
    await expect(runJob(child, 'drift prewarm-prod', {})).rejects.toThrow(/drift of .aws_sqs_queue\.q/);
  });

  it('check the repository', async () => {
    await runJob(pipelines.parent, 'checks', {});
    for (const each of ['lint', 'typecheck'])
      expect(readFileSync(join(work, 'npm-calls'), 'utf8')).toContain(`run ${each}\n`);
  });

  it('run commands that exist, with options that they have', () => {
    const lines = Object.values(pipelines).flatMap((pipeline) =>
      jobsOf(pipeline).flatMap(([, { script = [] }]) =>
        script.filter((line) => /^(exec )?(node|npm) /.test(line)),
      ),
    );
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.flatMap(commandProblems)).toEqual([]);
  });

  it('list no stack that the change leaves alone, and every stack at the first push of a branch', async () => {
    await runJob(pipelines.parent, 'touched', { CI_COMMIT_BEFORE_SHA: join(work, 'head') });
    const untouched: Pipeline = parse(readFileSync(join(project, 'stacks.yml'), 'utf8'));
    expect(jobsOf(untouched).map(([name]) => name)).toEqual([
      '.stack',
      '.plan',
      '.apply',
      '.drift',
      'summary',
    ]);
    await runJob(pipelines.parent, 'touched', { CI_COMMIT_BEFORE_SHA: '0'.repeat(40) });
    expect(readFileSync(join(project, 'stacks.yml'), 'utf8')).toContain('"plan prewarm-prod"');
  });

  it('install no Terraform whose checksum is another', async () => {
    rmSync(join(work, 'installed/call'), { force: true });
    writeFileSync(join(work, 'releases', ARCHIVE), 'another archive');
    await expect(runJob(pipelines.child, 'plan prewarm-prod', {})).rejects.toThrow(/FAILED/);
    expect(existsSync(join(work, 'installed/call'))).toBe(false);
  });
});
