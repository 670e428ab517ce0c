/** The steps of the GitHub Action, as they stand in its file, against edges on loopback and a running service. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { parse } from 'yaml';
import { version } from '../../package.json';
import { OWN_INPUTS, SET_BY_ACTION } from '../../scripts/cli/ci/warm/warm-arguments';
import { registerRunCommand } from '../../scripts/cli/prewarm/run-command';
import { registerSubmitCommands } from '../../scripts/cli/prewarm/submit-command';
import { type LoopbackCdn, startLoopbackCdn } from '../../scripts/loopback-cdn';
import { runLines, writeProgram } from '../scripts/cli/ci/pipeline-checkout';

const ROOT = join(__dirname, '..', '..');
const LAUNCHER = join(ROOT, 'scripts', 'cli', 'warmpath.cjs');
const KEY = '0123456789abcdefghij0123';

interface Step {
  readonly id?: string;
  readonly shell: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action: Action = parse(readFileSync(join(ROOT, 'packaging', 'action', 'action.yml'), 'utf8'));
const [install, warm] = action.runs.steps;

let work: string;
let cdn: LoopbackCdn;
let edges: Readonly<Record<string, string>>;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'warmpath-action-'));
  cdn = await startLoopbackCdn({ pops: ['FRA56-P4', 'NRT57-P3'] });
  edges = { resolver: cdn.resolver, 'edge-port': `${cdn.edgePort}`, ca: cdn.caFile };
});
afterAll(async () => {
  await cdn.close();
  rmSync(work, { recursive: true, force: true });
});

interface Outcome {
  readonly failure: string | undefined;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly calls: string;
}

/** Runs both steps in a folder of their own as a runner does; npm's installation puts the command line of this checkout there. */
async function runAction(given: Readonly<Record<string, string>>): Promise<Outcome> {
  const folder = mkdtempSync(join(work, 'job-'));
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const bin = join(temporary, 'warmpath', 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  writeProgram(join(folder, 'bin', 'gh'), `echo "gh $*" >> ${folder}/calls`);
  writeProgram(join(folder, 'bin', 'npm'), `echo "npm $*" >> ${folder}/calls`);
  writeProgram(join(bin, 'warmpath'), `exec node ${LAUNCHER} "$@"`);
  const [summary, outputs] = [join(folder, 'summary'), join(folder, 'outputs')];
  for (const file of [summary, outputs]) writeFileSync(file, '');
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [name, given[name] ?? input.default ?? '']),
  );
  const expressions: Readonly<Record<string, string>> = {
    'github.token': 'ghs_token',
    'github.action_repository': 'o/warmpath',
    'inputs.package': inputs['package'] ?? '',
    'toJSON(inputs)': JSON.stringify(inputs),
  };
  let failure: string | undefined;
  for (const { run, env } of action.runs.steps) {
    const filled = Object.entries(env).map(([name, value]) => [
      name,
      String(value).replace(/\$\{\{ *([^}]+?) *\}\}/g, (_whole, text: string) => {
        const known = expressions[text];
        if (known === undefined) throw new Error(`the test knows no value for ${text}`);
        return known;
      }),
    ]);
    const surroundings = {
      ...{ PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, HOME: folder, TMPDIR: tmpdir() },
      ...{ RUNNER_TEMP: temporary, GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs },
      ...Object.fromEntries(filled),
    };
    failure = await runLines(run, { cwd: folder, env: surroundings }).then(
      () => undefined,
      ({ message }: Error) => message,
    );
    if (failure !== undefined) break;
  }
  const lines = readFileSync(outputs, 'utf8').trim().split('\n');
  return {
    failure,
    summary: readFileSync(summary, 'utf8'),
    outputs: Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2))),
    calls: readFileSync(join(folder, 'calls'), 'utf8'),
  };
}

function urls(count: number): string {
  return Array.from({ length: count }, (_, index) => `https://${cdn.distributionDomain}/a/${index}\n`).join(
    '',
  );
}

describe('the file of the action', () => {
  it('has an input for each option of the commands that it runs, and no other one', () => {
    const prewarm = new Command('prewarm');
    registerRunCommand(prewarm);
    registerSubmitCommands(prewarm);
    const commands = prewarm.commands.filter((command) => ['run', 'submit'].includes(command.name()));
    const options = commands.flatMap((command) => command.options.map(({ long = '' }) => long.slice(2)));
    const wanted = new Set([...OWN_INPUTS, ...options.filter((name) => !SET_BY_ACTION.includes(name))]);
    expect(Object.keys(action.inputs).sort()).toEqual([...wanted].sort());
    for (const { description } of Object.values(action.inputs)) expect(description).not.toBe('');
  });

  it('puts no expression into a shell, and names a shell for every step', () => {
    for (const { run, shell } of action.runs.steps) {
      expect(run).not.toContain('${{');
      expect(shell).toBe('bash');
    }
    expect(action.runs.using).toBe('composite');
    expect(install?.env['VERSION']).toBe(version);
    for (const [name, { value }] of Object.entries(action.outputs))
      expect(value).toBe(`\${{ steps.${warm?.id}.outputs.${name} }}`);
  });
});

describe('the action', () => {
  it('takes the package of its own release, with its provenance, or the one that is named', async () => {
    const { calls } = await runAction({ urls: 'none' });
    const file = String.raw`\S+/temporary/warmpath-${version.replaceAll('.', '\\.')}\.tgz`;
    expect(calls).toMatch(
      new RegExp(`^gh release download v${version} --repo o/warmpath --pattern warmpath-${version}.tgz`, 'm'),
    );
    expect(calls).toMatch(new RegExp(`^gh attestation verify ${file} --repo o/warmpath$`, 'm'));
    expect(calls).toMatch(new RegExp(`^npm install .*--ignore-scripts .*-- ${file}$`, 'm'));
    const named = await runAction({ urls: 'none', package: './my.tgz' });
    expect(named.calls).toMatch(/^npm install .* -- \.\/my\.tgz\n$/);
  });

  it('warms what it is given, and tells the job with a table and outputs', async () => {
    const { failure, summary, outputs } = await runAction({
      ...edges,
      ...{ urls: urls(20), 'cf-domain': cdn.distributionDomain, pops: 'FRA56-P4\nNRT57-P3', verify: 'all' },
    });
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ share: '100', requested: '40', warm: '40', failed: '0' });
    expect(JSON.parse(readFileSync(outputs['result'] ?? '', 'utf8'))).toMatchObject({ warmed: 40 });
    expect(summary).toMatch(/^## Prewarm: 100 % warm\n/);
    expect(summary).toMatch(/\| `FRA56-P4` \| Frankfurt am Main, DE \| 20 \| 20 \| 0 \| 100 % \| {2}\|/);
  });

  it('fails below the percentage that it is given, and not above', async () => {
    cdn.inject({ path: '/a/0', pop: 'FRA56-P4', fault: { kind: 'status', status: 404 } });
    const given = {
      ...edges,
      urls: urls(50),
      'cf-domain': cdn.distributionDomain,
      pops: 'FRA56-P4',
      verify: 'none',
    };
    const strict = await runAction({ ...given, 'fail-below': '99' });
    const tolerant = await runAction({ ...given, 'fail-below': '98' });
    cdn.clearFaults();
    expect(strict.failure).toContain('98 % warm; fail-below: 99');
    expect(strict.summary).toContain('**Not enough: 99 % were asked for.**');
    expect(strict.summary).toMatch(/404.*1 fetches/);
    expect(tolerant).toMatchObject({ failure: undefined, outputs: { share: '98', failed: '1' } });
  });

  it('names all that is wrong with its inputs, and starts nothing', async () => {
    const { failure, outputs } = await runAction({
      ...edges,
      urls: urls(1),
      list: 'x',
      invalidate: 'yes',
      'fail-below': '101',
      instances: '2',
      range: '1\n2',
    });
    for (const part of [
      'list and urls',
      'invalidate: got "yes"',
      'fail-below: got "101"',
      'instances: got it',
      'range: got 2 lines',
    ])
      expect(failure).toContain(part);
    expect(outputs).not.toHaveProperty('share');
  });

  it('runs nothing of what stands in an input', async () => {
    const mark = join(work, 'mark');
    const hostile = `"; touch ${mark}; $(touch ${mark}) \`touch ${mark}\` --json`;
    const { failure } = await runAction({
      list: `--help ${hostile}`,
      header: hostile,
      'cf-domain': hostile,
      'fail-below': hostile,
    });
    expect(failure).toMatch(/fail-below: got/);
    const passed = await runAction({ list: `--help ${hostile}`, header: hostile, 'cf-domain': hostile });
    expect(passed.failure).toMatch(/cannot be read|allowed/);
    expect(existsSync(mark)).toBe(false);
  });

  it('lets a service warm where an endpoint is named, with the key in no argument', async () => {
    const keyFile = join(work, 'key');
    writeFileSync(keyFile, KEY, { mode: 0o600 });
    const flags = ['--port', '0', '--data-dir', join(work, 'data'), '--api-key-file', keyFile];
    const surroundings = ['--resolver', cdn.resolver, '--edge-port', `${cdn.edgePort}`, '--ca', cdn.caFile];
    const service = spawn(process.execPath, [LAUNCHER, 'prewarm', 'serve', ...flags, ...surroundings], {
      env: process.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const endpoint = await listening(service);
      const { failure, outputs, summary } = await runAction({
        ...{
          endpoint,
          'api-key': KEY,
          urls: urls(10),
          'cf-domain': cdn.distributionDomain,
          pops: 'NRT57-P3',
        },
      });
      expect({ failure, outputs }).toMatchObject({
        failure: undefined,
        outputs: { share: '100', requested: '10' },
      });
      expect(summary).toContain('`NRT57-P3`');
      const refused = await runAction({
        endpoint,
        'api-key': KEY.slice(1),
        urls: urls(1),
        'cf-domain': cdn.distributionDomain,
        pops: 'NRT57-P3',
      });
      expect(refused.failure).toMatch(/403: Forbidden/);
      expect(refused.failure).not.toContain(KEY.slice(1));
    } finally {
      service.kill('SIGTERM');
      await new Promise((resolve) => service.once('close', resolve));
    }
  });
});

function listening(service: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    service.stdout?.on('data', (chunk) => {
      text += chunk;
      const [, url] = /listening on (\S+)\n/.exec(text) ?? [];
      if (url !== undefined) resolve(url);
    });
    service.once('exit', (code) => reject(new Error(`the service ended with ${code}`)));
  });
}
