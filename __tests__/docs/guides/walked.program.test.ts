/**
 * The guides whose commands change accounts and clusters. What needs no account runs for real; of each other command the guide is
 * held to the test that runs it against an emulator, an engine or a copy of this repository.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesBelow } from '../../../scripts/files-below';
import { type LoopbackCdn, startLoopbackCdn } from '../../../scripts/loopback-cdn';
import { type CliRun, listeningUrl, startCli, towards } from '../../scripts/cli/prewarm/cli-process';
import { expectRecording } from './recording';
import { runGuide } from './run-guide';

const ROOT = join(__dirname, '../../..');
const KEY = 'a-key-of-the-test-with-length';

/** Commands that are not run here: which, in what file or folder they are, and by what words. */
const RUN_ELSEWHERE: readonly (readonly [RegExp, string, string])[] = [
  [/^npm ci$/, '.ci/run', 'npm ci'],
  [/^npm run plan -- [\w-]+$/, '__tests__/terraform/stacks.test.ts', 'plan'],
  [/^npm run deploy -- [\w-]+$/, '__tests__/aws', "'run', 'deploy', '--', STACK"],
  [/^npm run diff -- [\w-]+$/, '__tests__/aws', "'run', 'diff', '--', STACK"],
  [/^npm run build:modules$/, '.ci/run', 'npm run --silent build:modules'],
  [/^npm run check:exit$/, '.ci/run', 'npm run --silent check:exit'],
  [/^npm run synth:commit$/, '__tests__/scripts/build/synth-commit.test.ts', 'writeCommittedStacks'],
  [/^terraform output -raw prewarm_/, 'modules/prewarm/outputs.ts', 'endpoint'],
  [/^terraform -chdir=shells /, '__tests__/aws', 'examples/terraform'],
  [/^terraform (-chdir=terraform\S+ )?(init|plan|apply)\b/, '__tests__/aws', "'-lockfile=readonly'"],
  [/^npx warmpath review --synth/, '__tests__/scripts/cli/review', 'compareSyntheses(base, head)'],
  [/^npx warmpath image release/, '__tests__/engine/image', "json('release')"],
  [/^npx warmpath image rollback/, '__tests__/engine/image', "'rollback', 'app', '--to', first.key"],
  [/^npx warmpath coldstart rollout .*--to previous/, '__tests__/aws', "'--to', 'previous'"],
  [/^npx warmpath coldstart rollout .*--image/, '__tests__/aws', "'--image'"],
  [/^npx warmpath coldstart refresh .*--attach/, '__tests__/scripts/cli/coldstart', "'--attach'"],
  [/^npx warmpath coldstart verify/, '__tests__/scripts/cli/coldstart', 'await verify(clients'],
  [/^npx warmpath coldstart measure/, '__tests__/aws', "'coldstart', 'measure'"],
];
/** Programs of others in which the guides only name what every reader knows how to use. */
const OF_OTHERS = /^(?:aws|git|jq) /;

/** A service of one machine with a key, in place of a deployed one; `await using` ends it. */
async function startService(cdn: LoopbackCdn): Promise<AsyncDisposable & { readonly url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-guide-service-'));
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 });
  const options = ['--port', '0', '--data-dir', join(folder, 'state'), '--api-key-file', keyFile];
  const service: CliRun = startCli(['prewarm', 'serve', ...options, ...towards(cdn)]);
  return {
    url: await listeningUrl(service),
    async [Symbol.asyncDispose]() {
      service.child.kill();
      await service.result;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The text of a file, or of all files of a folder. */
function textBelow(path: string): string {
  const whole = join(ROOT, path);
  const files = statSync(whole).isDirectory() ? filesBelow(whole) : [whole];
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}

function expectRunElsewhere(calls: readonly string[]): void {
  for (const call of calls.filter((each) => !OF_OTHERS.test(each))) {
    const found = RUN_ELSEWHERE.filter(([pattern]) => pattern.test(call));
    expect([call, found.length]).toEqual([call, 1]);
    const missing = found.filter(([, path, words]) => !textBelow(path).includes(words));
    expect([call, missing]).toEqual([call, []]);
  }
}

describe('a guide whose commands change an account', () => {
  const nothing = { npm: '', git: '', aws: '', terraform: '' };

  it('deploy-prewarm ends with a first request through the endpoint and the key of the outputs', async () => {
    await using cdn = await startLoopbackCdn({ pops: ['FRA56-P4'], aliases: ['www.example.com'] });
    await using service = await startService(cdn);
    using run = await runGuide('deploy-prewarm', {
      standIns: {
        ...nothing,
        aws: 'echo ""arn:aws:iam::111111111111:role/apigateway-logs""',
        npm: 'mkdir -p cdktf.out/stacks/prewarm-staging',
        terraform: `case "$3" in prewarm_api_key) printf ${KEY};; *) printf ${service.url}/;; esac`,
      },
    });
    expect(cdn.pop('FRA56-P4').storedObjects).toBe(1);
    expectRunElsewhere(run.calls);
    expectRecording('deploy-prewarm', run.screen);
  });

  it('warm-after-every-deploy warms what the build made, by itself and through a service', async () => {
    await using cdn = await startLoopbackCdn({
      pops: ['FRA56-P4', 'NRT57-P3'],
      aliases: ['www.example.com'],
    });
    await using service = await startService(cdn);
    using run = await runGuide('warm-after-every-deploy', {
      cdn,
      files: { 'dist/index.html': '', 'dist/assets/app.3f2a.js': '' },
      env: { WARMPATH_ENDPOINT: service.url, WARMPATH_API_KEY: KEY },
    });
    expect(cdn.pop('NRT57-P3').storedObjects).toBe(2);
    expect(cdn.originRequests).toBe(4);
    expectRecording('warm-after-every-deploy', run.screen);
  });

  it('review-a-plan says what a recorded plan does', async () => {
    const plan = join(ROOT, '__tests__/scripts/cli/review/real-plans/shell-instance-type-and-bound.json');
    using run = await runGuide('review-a-plan', {
      standIns: { terraform: `case "$1" in show) cat ${plan};; esac` },
    });
    expect(run.file('review.html')).toContain('aws_autoscaling_group');
    expect(run.screen).toContain('aws_launch_template');
    expectRecording('review-a-plan', run.screen);
  });

  it('roll-out-an-image knows the key of the image in the example', async () => {
    using run = await runGuide('roll-out-an-image', {
      standIns: { ...nothing, jq: 'echo sha256:9dcd9cac4c70' },
      checkout: ['examples/rag-api'],
      recorded: ['image release', 'image rollback', 'coldstart'],
    });
    expect(run.screen).toMatch(/^build {2}rag-api .*:k-[0-9a-f]{32}$/m);
    expectRunElsewhere(run.calls);
    expectRecording('roll-out-an-image', run.screen);
  });

  it.each([
    ['adopt-ai-shell-ecs', 8],
    ['upgrade', 6],
    ['leave-cdktf', 5],
  ])('%s holds only commands that a test runs', async (name, count) => {
    using run = await runGuide(name, {
      standIns: { ...nothing, npm: 'mkdir -p dist/modules', terraform: '' },
      checkout: ['examples/terraform'],
      recorded: ['coldstart', 'review'],
    });
    expect(run.calls.length).toBe(count);
    expectRunElsewhere(run.calls);
  });
});
