/** `warmpath ci plan`, `apply` and `drift` as processes of their own, with a stand-in for Terraform. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { until } from '../../../support/until';
import { type CliResult, startCli } from '../prewarm/cli-process';
import { replacedQueue, writeProgram, writeSynthesis } from './pipeline-checkout';

let work: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'warmpath-runs-'));
  writeSynthesis(join(work, 'out'), 'q');
  mkdirSync(join(work, 'tmp'));
});

afterEach(() => {
  rmSync(work, { recursive: true, force: true });
});

function terraform(text: string): void {
  writeProgram(join(work, 'bin/terraform'), text);
}

function start(...args: string[]) {
  return startCli(['ci', ...args, '--stack', 'prewarm-prod', '--out', join(work, 'out')], '', {
    PATH: `${join(work, 'bin')}:${process.env['PATH']}`,
    TMPDIR: join(work, 'tmp'),
    GITHUB_STEP_SUMMARY: '',
    GITHUB_OUTPUT: '',
  });
}

describe('an interrupt', () => {
  // As Terraform does, the stand-in ends at the first interrupt, in its own time; a second one would end it at once.
  const WAIT = `trap 'echo interrupt >> ${'$'}0.log; [ -e ${'$'}0.ended ] || touch ${'$'}0.ended' INT
touch ${'$'}0.ready
until [ -e ${'$'}0.ended ]; do sleep 0.05; done
exit 1`;

  async function interrupted(signal: NodeJS.Signals, ...args: string[]): Promise<CliResult> {
    const { child, result } = start(...args);
    await until(() => existsSync(join(work, 'bin/terraform.ready')));
    child.kill(signal);
    return result;
  }

  function log(): string {
    return readFileSync(join(work, 'bin/terraform.log'), 'utf8');
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s is passed on once, waited for, and leaves no plan file behind',
    async (signal) => {
      terraform(
        `[ "$1" = plan ] || exit 0\nfor each in "$@"; do case "$each" in -out=*) echo secret > "\${each#-out=}"; echo "\${each#-out=}" > $0.file;; esac; done\n${WAIT}`,
      );
      const { code, stderr } = await interrupted(signal, 'plan', '--reviews', join(work, 'reviews'));
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('terraform plan ended') });
      expect(log()).toBe('interrupt\n');
      expect(existsSync(dirname(readFileSync(join(work, 'bin/terraform.file'), 'utf8').trim()))).toBe(false);
    },
  );

  it('of an apply lets Terraform write its state and free its lock', async () => {
    writePlan();
    terraform(`case "$1" in show) cat ${work}/plan.json;; apply)\n${WAIT};; esac`);
    await start('plan', '--reviews', join(work, 'reviews')).result;
    const result = await interrupted('SIGINT', 'apply', '--expect', join(work, 'reviews/prewarm-prod.json'));
    expect(result).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('terraform apply ended with 1'),
    });
    expect(log()).toBe('interrupt\n');
  });
});

function writePlan(): void {
  const queue = replacedQueue({ before: { colour: 'canary-green' }, after: { colour: 'canary-blue' } });
  const document = { format_version: '1.2', resource_changes: [queue], resource_drift: [queue] };
  writeFileSync(join(work, 'plan.json'), JSON.stringify(document));
}

describe('secrets that a policy names', () => {
  it('are masked by every command, and the plan is the same to each', async () => {
    writePlan();
    const policy = join(work, 'policy.json');
    writeFileSync(policy, JSON.stringify({ secrets: { names: ['colour'] } }));
    terraform(
      `case "$1" in show) cat ${work}/plan.json;; output) echo '{"colour":{"value":"canary-red"}}';; esac`,
    );
    const plan = await start('plan', '--reviews', join(work, 'reviews'), '--policy', policy).result;
    const expected = join(work, 'reviews/prewarm-prod.json');
    const apply = await start('apply', '--expect', expected, '--policy', policy).result;
    const drift = await start('drift', '--policy', policy).result;
    expect([plan, apply, drift].map(({ code }) => code)).toEqual([0, 0, 1]);
    expect(apply.stdout).toContain('is applied');
    expect(JSON.stringify([plan, apply, drift])).not.toContain('canary');
  });
});
