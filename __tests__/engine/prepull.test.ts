import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderEcsAgentConfig } from '../../modules/ai-shell-ecs/boot/ecs-agent-config';
import { resolveSettings } from '../../modules/ai-shell-ecs/settings';
import { minimal } from '../modules/ai-shell-ecs/props';
import { until } from '../support/until';
import { type DockerEngine, type Registry, startDockerEngine, startRegistry } from './support/docker-engine';
import { type FakeInstance, startFakeInstance } from './support/fake-instance';
import { type RegistryFront, startRegistryFront } from './support/registry-front';
import { buildStaticImage } from './support/static-image';

function renderAgentConfig(): string {
  return renderEcsAgentConfig({
    clusterName: 'shells',
    hasWarmPool: true,
    isSpot: false,
    agent: resolveSettings(minimal).agent,
  });
}

const PROGRAM = join(__dirname, '../../modules/ai-shell-ecs/boot/prepull/warmpath-prepull.sh');

type Settings = Readonly<Record<string, string | number>>;

interface Boot {
  readonly exitCode: number | null;
  /** The one structured line. */
  readonly line: Record<string, unknown>;
  readonly stderr: string;
  readonly seconds: number;
}

/** Whether a program of this name runs in a process group. */
function runsInGroup(group: number, program: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return stat.includes(` (${program}) `) && Number(stat.split(') ')[1]?.split(' ')[2]) === group;
      } catch {
        return false;
      }
    });
}

describe('the pre-pull program on an instance', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-prepull-'));
  const stateDir = join(folder, 'state');
  const runDir = join(folder, 'tmp');
  const agentConfig = join(folder, 'ecs.config');
  /** Where the hold of the agent is, as on the instance's /run. */
  const holdDir = join(folder, 'hold');
  const systemctl = join(folder, 'systemctl');
  const unitCalls = join(folder, 'unit-calls');
  /** Commands that note each start of theirs, before those of the engine. */
  const countedDir = join(folder, 'counted');
  const starts = join(folder, 'starts');
  let engine: DockerEngine;
  let registry: Registry;
  let front: RegistryFront;
  let instance: FakeInstance;
  const images: string[] = [];
  let bootCount = 0;

  function start(settings: Settings, on: DockerEngine = engine, args: readonly string[] = []): ChildProcess {
    const config = join(folder, `prepull-${bootCount++}.conf`);
    const values = {
      REGION: 'eu-west-1',
      ASG_NAME: 'shell-ecs-asg',
      HOOK_NAME: 'shell-launch',
      PULL_TIMEOUT_SECONDS: 1_800,
      MIN_FREE_MB: 1,
      KEEP_SUPERSEDED: 0,
      RETRY_BASE_SECONDS: 0,
      ECR_ENDPOINT: instance.url,
      ECR_REGISTRY: front.host,
      AUTOSCALING_ENDPOINT: instance.url,
      LOG_GROUP: '/warmpath/shell/prepull',
      LOGS_ENDPOINT: instance.url,
      ABANDON_HOLD_SECONDS: 0,
      ...settings,
    };
    writeFileSync(
      config,
      Object.entries(values)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    return spawn('bash', [PROGRAM, ...args], {
      env: {
        ...on.env,
        PATH: `${countedDir}:${on.env['PATH']}`,
        TMPDIR: runDir,
        WARMPATH_RUN_DIR: holdDir,
        WARMPATH_SYSTEMCTL: systemctl,
        WARMPATH_CONFIG: config,
        WARMPATH_STATE_DIR: stateDir,
        WARMPATH_IMDS: instance.url,
        WARMPATH_AGENT_CONFIG: agentConfig,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  }

  /** How often a command was started. */
  function startsOf(command: string): number {
    return readFileSync(starts, 'utf8')
      .split('\n')
      .filter((line) => line === command).length;
  }

  function isAgentHeld(): boolean {
    return existsSync(join(holdDir, 'agent-held'));
  }

  /** What the program asked of systemd. */
  function unitChanges(): string {
    return readFileSync(unitCalls, 'utf8');
  }

  async function boot(settings: Settings, on: DockerEngine = engine): Promise<Boot> {
    const begin = Date.now();
    const child = start(settings, on);
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk) => {
      stdout += String(chunk);
    });
    child.stderr?.on('data', (chunk) => {
      stderr += String(chunk);
    });
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const last = stdout.trim().split('\n').at(-1) ?? '';
    return { exitCode, line: last ? JSON.parse(last) : {}, stderr, seconds: (Date.now() - begin) / 1000 };
  }

  /** Lets a boot try until the condition is true of how many lines it printed with the reason for its failure. */
  async function tryUntil(
    reason: RegExp,
    condition: (count: number) => boolean,
    settings: Settings,
    on: DockerEngine = engine,
  ): Promise<void> {
    const child = start({ RETRY_BASE_SECONDS: 1, ...settings }, on);
    const ended = new Promise((resolve) => child.once('close', resolve));
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += String(chunk);
    });
    try {
      await until(() => condition(stderr.split('\n').filter((line) => reason.test(line)).length));
    } finally {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
      await ended;
    }
  }

  /** Returns the line of a boot that failed twice for the reason it printed, and would have gone on trying. */
  async function failTwice(
    settings: Settings,
    reason: RegExp,
    on?: DockerEngine,
  ): Promise<Record<string, unknown>> {
    await tryUntil(reason, (count) => count > 1 && instance.logged.length > 0, settings, on);
    return JSON.parse(instance.logged[0]!);
  }

  /** Lets the watch unit run until the condition is true. */
  async function watchUntil(
    condition: () => boolean | Promise<boolean>,
    settings: Settings = {},
  ): Promise<void> {
    const values = { IMAGES: image(0), WATCH_SECONDS: 1, RETRY_BASE_SECONDS: 1, ...settings };
    const watching = start(values, engine, ['watch']);
    const ended = new Promise((resolve) => watching.once('close', resolve));
    try {
      await until(condition);
    } finally {
      if (watching.pid) process.kill(-watching.pid, 'SIGTERM');
      await ended;
    }
  }

  function hookCalls(): number {
    return instance.calls.filter((call) => call === 'CompleteLifecycleAction').length;
  }

  /** Lines about the hook that reached the log. */
  function hookLines(): unknown[] {
    return instance.logged
      .map((message): Record<string, unknown> => JSON.parse(message))
      .filter(({ event }) => event === 'launch-hook');
  }

  function isPresent(reference: string): Promise<boolean> {
    return engine.docker('image', 'inspect', reference).then(
      () => true,
      () => false,
    );
  }

  function executable(path: string, script: string): void {
    writeFileSync(path, `#!/bin/bash\n${script}\n`);
    chmodSync(path, 0o755);
  }

  async function forget(): Promise<void> {
    const ids = await engine.docker('image', 'ls', '-aq');
    if (ids) await engine.docker('image', 'rm', '-f', ...new Set(ids.split('\n')));
  }

  beforeAll(async () => {
    mkdirSync(runDir, { recursive: true });
    mkdirSync(countedDir);
    executable(systemctl, `echo "$@" >>${unitCalls}`);
    for (const command of ['curl', 'docker'])
      executable(
        join(countedDir, command),
        `echo ${command} >>${starts}\nPATH=\${PATH#*:} exec ${command} "$@"`,
      );
    registry = await startRegistry({ folder: join(folder, 'registry') });
    front = await startRegistryFront(registry.host);
    instance = await startFakeInstance();
    engine = await startDockerEngine();
    for (const version of ['one', 'two', 'three']) {
      images.push(
        await buildStaticImage(engine, { repository: `${front.host}/ai-shell`, version, payloadMib: 24 }),
      );
    }
  });
  afterAll(async () => {
    await engine?.stop();
    await front?.close();
    await instance?.close();
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await forget();
    front.credentials = 'AWS:token';
    front.down = false;
    front.bytesPerSecond = undefined;
    front.reset();
    front.throttling = false;
    instance.reset();
    writeFileSync(agentConfig, renderAgentConfig());
    for (const path of [stateDir, holdDir]) rmSync(path, { recursive: true, force: true });
    for (const path of [unitCalls, starts]) writeFileSync(path, '');
  });
  function image(index: number): string {
    return images[index]!;
  }

  it('pulls the pinned image on the first boot, signs in with the instance role, and completes the hook', async () => {
    const { exitCode, line } = await boot({ IMAGES: image(0) });
    expect(exitCode).toBe(0);
    expect(line).toMatchObject({ event: 'prepull', result: 'ok', hook: 'CONTINUE', outcomes: 'pulled' });
    expect(await isPresent(image(0))).toBe(true);
    expect(instance.hookResults).toEqual(['CONTINUE']);
    expect(JSON.parse(readFileSync(join(stateDir, 'prepull.json'), 'utf8'))).toEqual(line);
  });

  it('leaves no registry login behind', async () => {
    await boot({ IMAGES: image(0) });
    expect(readdirSync(runDir)).toEqual([]);
  });

  it('asks the registry nothing on a later boot', async () => {
    instance.targetLifecycleState = 'Warmed:Stopped';
    await boot({ IMAGES: image(0) });
    front.reset();
    instance.hookActive = true;
    instance.targetLifecycleState = 'InService';
    const { exitCode, line } = await boot({ IMAGES: image(0) });
    expect(exitCode).toBe(0);
    expect(line).toMatchObject({ outcomes: 'present', attempts: 0, hook: 'CONTINUE' });
    expect(front.requests).toEqual([]);
  });

  it('keeps the image out of reach of image prune', async () => {
    await boot({ IMAGES: image(0) });
    await engine.docker('image', 'prune', '-f');
    expect(await isPresent(image(0))).toBe(true);
  });

  /** Lets the watch unit clean up, until an image is gone. */
  function cleanUpUntilGone(reference: string, settings: Settings): Promise<void> {
    return watchUntil(async () => !(await isPresent(reference)), settings);
  }

  it('pulls a new digest on the next boot, and removes the superseded one once the agent may start', async () => {
    await boot({ IMAGES: image(0) });
    const { line } = await boot({ IMAGES: image(1) });
    expect(line).toMatchObject({ result: 'ok', outcomes: 'pulled' });
    expect(await isPresent(image(0))).toBe(true);
    await cleanUpUntilGone(image(0), { IMAGES: image(1) });
    expect(await isPresent(image(1))).toBe(true);
  });

  it('keeps as many superseded digests as it is told to', async () => {
    for (const reference of images) await boot({ IMAGES: reference });
    await cleanUpUntilGone(image(0), { IMAGES: image(2), KEEP_SUPERSEDED: 1 });
    expect(await Promise.all(images.map(isPresent))).toEqual([false, true, true]);
  });

  it('removes an image that no container used for long, and keeps one of a container, and one just seen', async () => {
    front.credentials = undefined;
    for (const reference of images) await engine.docker('pull', '-q', reference);
    await boot({ IMAGES: image(0) });
    await engine.docker('create', '--name', 'sleeping', '--network', 'none', image(1));
    const ids = await Promise.all(
      images.map((reference) => engine.docker('inspect', '-f', '{{.Id}}', reference)),
    );
    writeFileSync(join(stateDir, 'unused'), `${ids[1]} 0\n${ids[2]} 0\n`);
    await cleanUpUntilGone(image(2), {});
    expect(await Promise.all(images.map(isPresent))).toEqual([true, true, false]);
    await engine.docker('rm', 'sleeping');
    await watchUntil(() => readFileSync(join(stateDir, 'unused'), 'utf8').includes(ids[1]!), {});
    expect(await isPresent(image(1))).toBe(true);
  });

  it('keeps that many of each repository', async () => {
    const proxies: string[] = [];
    front.credentials = undefined;
    for (const version of ['one', 'two']) {
      const repository = `${front.host}/proxy`;
      proxies.push(await buildStaticImage(engine, { repository, version, payloadMib: 1 }));
    }
    await forget();
    front.credentials = 'AWS:token';
    await boot({ IMAGES: `${image(0)},${proxies[0]}`, KEEP_SUPERSEDED: 1 });
    await boot({ IMAGES: `${image(1)},${proxies[1]}` });
    await watchUntil(() => existsSync(join(stateDir, 'unused')), {
      IMAGES: `${image(1)},${proxies[1]}`,
      KEEP_SUPERSEDED: 1,
    });
    expect(await Promise.all([image(0), ...proxies].map(isPresent))).toEqual([true, true, true]);
  });

  it('does not remove a superseded image that a container still uses', async () => {
    await boot({ IMAGES: image(0) });
    await engine.docker('create', '--name', 'running', '--network', 'none', image(0));
    await boot({ IMAGES: image(1) });
    await watchUntil(() => existsSync(join(stateDir, 'unused')), { IMAGES: image(1) });
    expect(await isPresent(image(0))).toBe(true);
    await engine.docker('rm', 'running');
  });

  it('retries while the registry is down and goes on when it is back', async () => {
    front.down = true;
    const running = boot({ IMAGES: image(0), RETRY_BASE_SECONDS: 1 });
    await until(() => front.requests.length > 0);
    front.down = false;
    const { exitCode, line } = await running;
    expect(exitCode).toBe(0);
    expect(Number(line['attempts'])).toBeGreaterThan(1);
    expect(instance.hookResults).toEqual(['CONTINUE']);
  });

  it('abandons the launch after its whole time when the registry stays down, and says so at the first failure', async () => {
    front.down = true;
    const { exitCode, line } = await boot({
      IMAGES: image(0),
      PULL_TIMEOUT_SECONDS: 20,
      RETRY_BASE_SECONDS: 1,
    });
    expect(exitCode).not.toBe(0);
    expect(line).toMatchObject({ result: 'failed', outcomes: 'unreachable', hook: 'ABANDON' });
    expect(Number(line['attempts'])).toBeGreaterThan(1);
    expect(instance.hookResults).toEqual(['ABANDON']);
    expect(instance.logged.map((message) => JSON.parse(message))).toEqual([
      expect.objectContaining({ result: 'retrying', outcomes: 'unreachable', hook: 'none' }),
      expect.objectContaining({ result: 'failed', outcomes: 'unreachable', hook: 'ABANDON' }),
    ]);
  });

  it.each([
    [
      'denied',
      400,
      '{"__type":"AccessDeniedException","message":"not authorized to perform: ecr:GetAuthorizationToken"}',
    ],
    ['throttled', 400, '{"__type":"ThrottlingException","message":"Rate exceeded"}'],
    ['server-error', 500, '{"__type":"ServerException"}'],
    [
      'clock-wrong',
      403,
      '{"__type":"InvalidSignatureException","message":"Signature expired: 20261101T000000Z is now earlier than 20261101T001000Z"}',
    ],
    ['no-credentials', 403, '{"__type":"ExpiredTokenException"}'],
  ])(
    'says %s when that is why ECR gives no token, and goes on once it does',
    async (outcome, status, body) => {
      instance.ecrFault = { status, body };
      const running = boot({ IMAGES: image(0), RETRY_BASE_SECONDS: 1 });
      await until(() => instance.logged.length > 0);
      instance.ecrFault = undefined;
      expect(JSON.parse(instance.logged[0]!)).toMatchObject({ result: 'retrying', outcomes: outcome });
      expect((await running).line).toMatchObject({ result: 'ok', outcomes: 'pulled', hook: 'CONTINUE' });
    },
  );

  it('says no-credentials while the metadata service is down, and goes on once it is up', async () => {
    instance.metadataUp = false;
    const child = start({ IMAGES: image(0), RETRY_BASE_SECONDS: 1 });
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += String(chunk);
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await until(() => said.includes('GetAuthorizationToken: credentials'));
    instance.metadataUp = true;
    expect(await ended).toBe(0);
    expect(instance.hookResults).toEqual(['CONTINUE']);
  });

  it('holds the agent back while the group terminates what was abandoned', async () => {
    front.down = true;
    const child = start({ IMAGES: image(0), PULL_TIMEOUT_SECONDS: 1, ABANDON_HOLD_SECONDS: 600 });
    const line = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (chunk) => resolve(String(chunk))),
    );
    expect(JSON.parse(line)).toMatchObject({ hook: 'ABANDON' });
    expect(child.exitCode).toBeNull();
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
    await ended;
  });

  it('holds the agent back after a failed pull also when the group cannot be told', async () => {
    instance.hookFailures = Number.POSITIVE_INFINITY;
    const settings = { PULL_TIMEOUT_SECONDS: 0, HOOK_TIMEOUT_SECONDS: 1, ABANDON_HOLD_SECONDS: 600 };
    const child = start({ IMAGES: image(0), ...settings });
    const line = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (chunk) => resolve(String(chunk))),
    );
    expect(JSON.parse(line)).toMatchObject({ result: 'failed', hook: 'failed' });
    expect(child.exitCode).toBeNull();
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
    await ended;
  });

  it('asks the group again after a pull that used up its time', async () => {
    instance.hookFailures = 1;
    const { line } = await boot({ IMAGES: image(0), PULL_TIMEOUT_SECONDS: 0 });
    expect(line).toMatchObject({ outcomes: 'timed-out', hook: 'ABANDON' });
    expect(hookCalls()).toBe(2);
  });

  it('pauses before it asks the group again', async () => {
    instance.hookFailures = Number.POSITIVE_INFINITY;
    const child = start({ IMAGES: image(0), PULL_TIMEOUT_SECONDS: 0, RETRY_BASE_SECONDS: 3_600 });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await until(() => hookCalls() > 0 && runsInGroup(child.pid ?? 0, 'sleep'));
    expect(hookCalls()).toBe(1);
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
    await ended;
  });

  it('says that the registry does not know a digest, and holds the place for as long as any other failure', async () => {
    const unknown = `${front.host}/ai-shell@sha256:${'0'.repeat(64)}`;
    expect(await failTwice({ IMAGES: unknown }, /not found|manifest unknown/)).toMatchObject({
      result: 'retrying',
      outcomes: 'unknown-digest',
    });
    expect(instance.hookResults).toEqual([]);
  });

  it('says that the sign-in failed when the role may not read the registry', async () => {
    instance.registryCredentials = 'AWS:wrong';
    const line = await failTwice({ IMAGES: image(0) }, /[Uu]nauthorized|denied|no basic auth/);
    expect(line).toMatchObject({ result: 'retrying', outcomes: 'denied' });
  });

  it('signs in to a private registry that is not ECR by the secret it is told of', async () => {
    const secret = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:registry-AbCdEf';
    const { line } = await boot({
      IMAGES: image(0),
      ECR_REGISTRY: '',
      REGISTRY_SECRETS: `${front.host}=${secret}`,
      SECRETS_ENDPOINT: instance.url,
    });
    expect(line).toMatchObject({ result: 'ok', outcomes: 'pulled', hook: 'CONTINUE' });
    expect(instance.calls).toContain('GetSecretValue');
    expect(instance.calls).not.toContain('GetAuthorizationToken');
  });

  it.each(['ABANDON', 'CONTINUE'])('fails by user data that failed before it: %s', async (onFailure) => {
    instance.targetLifecycleState = 'Warmed:Stopped';
    await boot({ IMAGES: image(0) });
    Object.assign(instance, { targetLifecycleState: 'InService', hookActive: true });
    const failed = join(holdDir, 'user-data-failed');
    writeFileSync(failed, '');
    const { line } = await boot({ IMAGES: image(0), ON_FAILURE: onFailure, PULL_TIMEOUT_SECONDS: 1 });
    expect(line).toMatchObject({ result: 'failed', outcomes: 'present,user-data', hook: onFailure });
    expect(existsSync(failed)).toBe(false);
    await until(() => instance.logged.some((logged) => JSON.parse(logged).outcomes === 'user-data'));
  });

  it('refuses to fill the disk: too little room is a failure before any byte is pulled', async () => {
    const { line } = await boot({ IMAGES: image(0), MIN_FREE_MB: 1_000_000_000, PULL_TIMEOUT_SECONDS: 1 });
    expect(line).toMatchObject({ result: 'failed', outcomes: 'disk-full', hook: 'ABANDON' });
    expect(front.requests).toEqual([]);
  });

  it('fails with the reason when the disk fills up in the middle of a pull', async () => {
    const dataRoot = join(folder, 'small-disk');
    mkdirSync(dataRoot);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'tmpfs', dataRoot]);
    const small = await startDockerEngine({ dataRoot });
    try {
      const line = await failTwice({ IMAGES: image(0) }, /no space left/, small);
      expect(line).toMatchObject({ result: 'retrying', outcomes: 'disk-full' });
    } finally {
      await small.stop();
      execFileSync('umount', [dataRoot]);
    }
  });

  it('lets the instance in service all the same when it is told to go on after a failure', async () => {
    front.down = true;
    const { exitCode } = await boot({ IMAGES: image(0), PULL_TIMEOUT_SECONDS: 1, ON_FAILURE: 'CONTINUE' });
    expect(exitCode).not.toBe(0);
    expect(instance.hookResults).toEqual(['CONTINUE']);
  });

  it('sends its line to the log before it completes the hook into the pool, which may be its last moment', async () => {
    instance.targetLifecycleState = 'Warmed:Stopped';
    const { line } = await boot({ IMAGES: image(0) });
    expect(instance.logged.map((message) => JSON.parse(message))).toEqual([
      expect.objectContaining({ event: 'prepull', result: 'ok', group: 'shell-ecs-asg', hook: 'CONTINUE' }),
    ]);
    expect(Number(line['freeMib'])).toBeGreaterThan(0);
    expect(instance.calls.slice(-2)).toEqual(['PutLogEvents', 'CompleteLifecycleAction']);
  });

  it('lets the instance go on when its log cannot be written', async () => {
    instance.log = 'refuses';
    const { exitCode } = await boot({ IMAGES: image(0) });
    expect(exitCode).toBe(0);
    expect(instance.hookResults).toEqual(['CONTINUE']);
  });

  it('lets the agent start while its log answers nothing', async () => {
    instance.log = 'silent';
    const child = start({ IMAGES: image(0), LOG_SECONDS: 600 });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    // Nothing ends the call to the log but the end of this test.
    expect(await exited).toBe(0);
    expect(instance.hookResults).toEqual(['CONTINUE']);
    const closed = new Promise((resolve) => child.once('close', resolve));
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
    await closed;
  });

  it('says that the registry throttles, and tries again', async () => {
    front.throttling = true;
    const line = await failTwice({ IMAGES: image(0) }, /toomanyrequests|Too Many Requests/);
    expect(line).toMatchObject({ result: 'retrying', outcomes: 'throttled' });
  });

  it('starts few processes on the way out of the pool: two of docker, and a call each for what it must know', async () => {
    instance.targetLifecycleState = 'Warmed:Stopped';
    await boot({ IMAGES: image(0) });
    instance.hookActive = true;
    instance.targetLifecycleState = 'InService';
    writeFileSync(starts, '');
    await boot({ IMAGES: image(0) });
    expect(startsOf('docker')).toBe(2);
    // Session, what the instance is, credentials, hook; and its line, beside the agent.
    expect(startsOf('curl')).toBe(5);
  });

  it('never asks the metadata service through a proxy', async () => {
    const behindProxy = { ...engine, env: { ...engine.env, http_proxy: 'http://127.0.0.1:9', no_proxy: '' } };
    await tryUntil(/^GetAuthorizationToken: 000/, (count) => count > 0, { IMAGES: image(0) }, behindProxy);
    expect(instance.metadataPaths).toContain('/latest/meta-data/instance-id');
    expect(instance.calls).toEqual([]);
  });

  it('lets the agent tell an instance that waited in the pool from one that was launched cold', async () => {
    await boot({ IMAGES: image(0) });
    expect(readFileSync(agentConfig, 'utf8')).toBe(renderAgentConfig());
    instance.targetLifecycleState = 'Warmed:Stopped';
    await boot({ IMAGES: image(0) });
    const told = readFileSync(agentConfig, 'utf8');
    expect(told).toBe(renderAgentConfig().replace('cold-launch', 'warm-pool'));
    instance.targetLifecycleState = 'InService';
    await boot({ IMAGES: image(0) });
    expect(readFileSync(agentConfig, 'utf8')).toBe(told);
  });

  it('does not hold the agent for a group that has not noticed the boot yet, and completes the hook behind it', async () => {
    instance.hookActive = false;
    const { exitCode, line } = await boot({ IMAGES: image(0) });
    expect(exitCode).toBe(0);
    expect(line).toMatchObject({ result: 'ok', hook: 'pending' });
    expect(hookCalls()).toBe(1);
    await watchUntil(() => {
      instance.hookActive ||= hookCalls() === 3;
      return hookLines().length > 0;
    });
    expect(instance.hookResults).toEqual(['CONTINUE']);
    expect(hookLines()).toEqual([
      expect.objectContaining({ group: 'shell-ecs-asg', target: 'InService', hook: 'CONTINUE' }),
    ]);
  });

  it('completes the hook behind the agent when the calls fail at first', async () => {
    instance.hookFailures = 3;
    expect((await boot({ IMAGES: image(0) })).line).toMatchObject({ result: 'ok', hook: 'pending' });
    await watchUntil(() => instance.hookResults.length > 0);
    expect(instance.hookResults).toEqual(['CONTINUE']);
  });

  it('says so and asks no more when the time of the hook is over', async () => {
    instance.hookActive = false;
    await boot({ IMAGES: image(0) });
    const transition = join(stateDir, 'transition');
    expect(readFileSync(transition, 'utf8')).toMatch(/ InService CONTINUE \d+\n$/);
    writeFileSync(transition, readFileSync(transition, 'utf8').replace(/\d+\n$/, '0\n'));
    await watchUntil(() => hookLines().length > 0);
    expect(hookLines()).toEqual([expect.objectContaining({ target: 'InService', hook: 'none' })]);
    const asked = hookCalls();
    expect((await boot({ IMAGES: image(0) })).line).toMatchObject({ hook: 'none' });
    expect(hookCalls()).toBe(asked);
  });

  it('asks the group nothing at a plain reboot in service, and starts the agent at once even on a failure', async () => {
    await boot({ IMAGES: image(0) });
    expect(hookCalls()).toBe(1);
    expect((await boot({ IMAGES: image(0) })).line).toMatchObject({ result: 'ok', hook: 'none' });
    const cold = { IMAGES: image(1), PULL_TIMEOUT_SECONDS: 0, ABANDON_HOLD_SECONDS: 600 };
    expect((await boot(cold)).line).toMatchObject({ result: 'failed', hook: 'none' });
    expect(hookCalls()).toBe(1);
  });

  it('answers for itself on the disk of another instance', async () => {
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(join(stateDir, 'transition'), 'i-fedcba9876543210f InService settled 0\n');
    expect((await boot({ IMAGES: image(0) })).line).toMatchObject({ hook: 'CONTINUE' });
  });

  it('finishes on the next boot what a kill in the middle of a pull left undone', async () => {
    front.bytesPerSecond = 64 * 1024;
    const child = start({ IMAGES: image(0) });
    await until(() => front.throttledBytes > 0);
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect(instance.hookResults).toEqual([]);
    front.bytesPerSecond = undefined;
    const { exitCode } = await boot({ IMAGES: image(0) });
    expect(exitCode).toBe(0);
    expect(await isPresent(image(0))).toBe(true);
    expect(instance.hookResults).toEqual(['CONTINUE']);
  });

  it('gives up a pull that hangs when its time is over', async () => {
    front.bytesPerSecond = 64 * 1024;
    const { line } = await boot({ IMAGES: image(0), PULL_TIMEOUT_SECONDS: 3 });
    expect(line).toMatchObject({ result: 'failed', outcomes: 'timed-out', hook: 'ABANDON' });
  });

  it('makes one of two runs at the same time wait for the other', async () => {
    const [first, second] = await Promise.all([boot({ IMAGES: image(0) }), boot({ IMAGES: image(0) })]);
    expect([first.line['outcomes'], second.line['outcomes']].sort()).toEqual(['present', 'pulled']);
  });

  it('completes the hook of an instance that leaves its pool without booting', async () => {
    instance.targetLifecycleState = 'Warmed:Running';
    await boot({ IMAGES: image(0) });
    const looksBefore = instance.looks;
    await watchUntil(() => {
      // Several looks at an instance that stays in its pool.
      if (instance.looks === looksBefore + 3) {
        expect(hookCalls()).toBe(1);
        instance.hookActive = true;
        instance.targetLifecycleState = 'InService';
      }
      return instance.hookResults.length === 2;
    });
    expect(instance.hookResults).toEqual(['CONTINUE', 'CONTINUE']);
  });

  it('holds the agent in the pool, and starts it when the instance leaves without a boot', async () => {
    instance.targetLifecycleState = 'Warmed:Running';
    await boot({ IMAGES: image(0) });
    expect(isAgentHeld()).toBe(true);
    await watchUntil(() => {
      if (instance.hookResults.length === 1 && instance.metadataPaths.length > 12) {
        instance.hookActive = true;
        instance.targetLifecycleState = 'InService';
      }
      return unitChanges() !== '';
    });
    expect(unitChanges()).toBe('start --no-block ecs\n');
    expect(isAgentHeld()).toBe(false);
  });

  it('starts no agent on an instance that could not pull what it needs on its way out of the pool', async () => {
    instance.targetLifecycleState = 'Warmed:Running';
    await boot({ IMAGES: image(0) });
    await forget();
    front.down = true;
    instance.hookActive = true;
    instance.targetLifecycleState = 'InService';
    const short = { PULL_TIMEOUT_SECONDS: 1, ABANDON_HOLD_SECONDS: 0 };
    await watchUntil(() => instance.hookResults.length === 2, short);
    expect(instance.hookResults).toEqual(['CONTINUE', 'ABANDON']);
    const looks = instance.metadataPaths.length;
    await watchUntil(() => instance.metadataPaths.length > looks + 3, short);
    expect(unitChanges()).toBe('');
  });

  it('starts the agent of an instance that left its pool while the watch was down', async () => {
    instance.targetLifecycleState = 'Warmed:Running';
    await boot({ IMAGES: image(0) });
    instance.targetLifecycleState = 'InService';
    writeFileSync(join(stateDir, 'transition'), 'i-0123456789abcdef0 InService settled 0\n');
    await watchUntil(() => unitChanges() !== '');
    expect(hookCalls()).toBe(1);
  });

  it('completes the hook of an instance that left its pool while nobody watched', async () => {
    instance.targetLifecycleState = 'Warmed:Running';
    await boot({ IMAGES: image(0) });
    instance.hookActive = true;
    instance.targetLifecycleState = 'InService';
    await watchUntil(() => instance.hookResults.length === 2);
    expect(instance.hookResults).toEqual(['CONTINUE', 'CONTINUE']);
  });

  it('goes on with an answer that was under way when the watch was started again', async () => {
    instance.hookActive = false;
    await boot({ IMAGES: image(0) });
    await watchUntil(() => hookCalls() === 2);
    instance.hookActive = true;
    await watchUntil(() => hookLines().length > 0);
    expect(instance.hookResults).toEqual(['CONTINUE']);
  });

  it('goes from boot to a running container without the registry where the image was pre-pulled', async () => {
    async function runTask(on: DockerEngine): Promise<number> {
      const begin = Date.now();
      await on.docker('run', '--rm', '--network', 'none', image(0));
      return (Date.now() - begin) / 1000;
    }
    front.bytesPerSecond = 6 * 1024 * 1024;
    front.credentials = undefined;
    const coldSeconds = await runTask(engine);
    await forget();
    const dataRoot = join(folder, 'pooled-data');
    const pooled = await startDockerEngine({ dataRoot });
    instance.targetLifecycleState = 'Warmed:Stopped';
    await boot({ IMAGES: image(0) }, pooled).finally(() => pooled.stop());
    front.reset();
    instance.hookActive = true;
    instance.targetLifecycleState = 'InService';
    const begin = Date.now();
    const booted = await startDockerEngine({ dataRoot });
    try {
      const engineSeconds = (Date.now() - begin) / 1000;
      const { seconds: checkSeconds } = await boot({ IMAGES: image(0) }, booted);
      const startSeconds = await runTask(booted);
      expect(front.requests).toEqual([]);
      const parts = { coldSeconds, engineSeconds, checkSeconds, startSeconds };
      console.log(JSON.stringify({ event: 'cold-start', ...parts }));
    } finally {
      await booted.stop();
    }
  });
});
