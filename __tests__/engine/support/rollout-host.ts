/** A host that follows a document of images: the real program with folders of its own, a Docker engine, and a fake of what AWS tells it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatImagesDocument, type ImagesDocument } from '../../../lambdas/image-rollout/plan/documents';
import type { DockerEngine } from './docker-engine';
import type { FakeInstance } from './fake-instance';

const BOOT = join(__dirname, '../../../modules/ai-shell-ecs/boot/prepull');

export type HostSettings = Readonly<Record<string, string | number>>;

/** A line of the program, in its log or on its output. */
export interface HostLine {
  readonly event: string;
  readonly result?: string;
  readonly hook?: string;
  readonly outcomes?: string;
  readonly attempts: number;
  readonly generation: number;
  readonly stale: boolean;
  readonly held: string;
  readonly failed: string;
}

/** A document with usual values. */
export function documentOf(
  images: ImagesDocument['images'],
  change: Partial<ImagesDocument> = {},
  version = 1,
): { readonly value: string; readonly version: number } {
  const document: ImagesDocument = {
    ...{ wanted: 1, phase: 'settled', wave: 0, since: 0, begun: 0, retired: 0 },
    images,
    ...change,
  };
  return { value: formatImagesDocument(document), version };
}

export class RolloutHost {
  private watching: ChildProcess | undefined;
  private booting: ChildProcess | undefined;
  private readonly stateDir: string;

  constructor(
    readonly instance: FakeInstance,
    /** `undefined` while it has no power. */
    private engine: DockerEngine | undefined,
    private readonly folder: string,
    private readonly settings: HostSettings,
  ) {
    this.stateDir = join(folder, 'state');
    for (const path of ['tmp', 'hold', 'bin']) mkdirSync(join(folder, path), { recursive: true });
    // No systemd here: what starts the agent is looked at elsewhere.
    writeFileSync(join(folder, 'bin/systemctl'), '#!/bin/sh\n');
    chmodSync(join(folder, 'bin/systemctl'), 0o755);
  }

  /** As on another instance: nothing of what it knew is left. */
  forget(): void {
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  /** Where its images are from now on, after a stop and a start. */
  use(engine: DockerEngine): void {
    this.engine = engine;
  }

  private start(args: readonly string[], settings: HostSettings): ChildProcess {
    const config = join(this.folder, 'prepull.conf');
    const values = {
      REGION: 'eu-west-1',
      ASG_NAME: 'shell-ecs-asg',
      HOOK_NAME: 'shell-launch',
      IMAGES_PARAMETER: '/warmpath/shell/images',
      PULL_TIMEOUT_SECONDS: 1_800,
      MIN_FREE_MB: 1,
      RETRY_BASE_SECONDS: 0,
      WATCH_SECONDS: 1,
      DOCUMENT_SECONDS: 1,
      LOG_GROUP: '/warmpath/shell/prepull',
      ABANDON_HOLD_SECONDS: 0,
      ...Object.fromEntries(
        ['ECR', 'AUTOSCALING', 'LOGS', 'SSM'].map((name) => [`${name}_ENDPOINT`, this.instance.url]),
      ),
      ...this.settings,
      ...settings,
    };
    const lines = Object.entries(values).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(config, lines.join(''));
    return spawn('bash', [join(BOOT, 'warmpath-prepull.sh'), ...args], {
      env: {
        ...(this.engine?.env ?? process.env),
        TMPDIR: join(this.folder, 'tmp'),
        WARMPATH_CONFIG: config,
        WARMPATH_STATE_DIR: this.stateDir,
        WARMPATH_RUN_DIR: join(this.folder, 'hold'),
        WARMPATH_SYSTEMCTL: join(this.folder, 'bin/systemctl'),
        WARMPATH_AGENT_CONFIG: join(this.folder, 'ecs.config'),
        WARMPATH_IMDS: this.instance.url,
        WARMPATH_DOCUMENT_PART: join(BOOT, 'warmpath-document.sh'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
  }

  /** Boots towards a state of the group; returns the line of the boot. */
  async boot(towards: string, settings: HostSettings = {}): Promise<HostLine> {
    this.instance.targetLifecycleState = towards;
    this.instance.hookActive = true;
    const child = this.start([], settings);
    this.booting = child;
    let stdout = '';
    child.stdout?.on('data', (chunk) => {
      stdout += String(chunk);
    });
    await new Promise((resolve) => child.once('close', resolve));
    this.booting = undefined;
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  }

  watch(settings: HostSettings = {}): void {
    this.watching = this.start(['watch'], settings);
    this.watching.stdout?.resume();
  }

  /** Its power is cut: a boot ends where it is, and the watch with what it pulls. */
  async cut(): Promise<void> {
    await this.stopWatch();
    await ended(this.booting, 'SIGKILL');
  }

  async stopWatch(): Promise<void> {
    const watching = this.watching;
    this.watching = undefined;
    await ended(watching, 'SIGTERM');
  }

  /** Lines of an event that have arrived in its log. */
  lines(event = 'images'): readonly HostLine[] {
    return this.instance.logged
      .map((message): HostLine => JSON.parse(message))
      .filter((line) => line.event === event);
  }

  /** Images on its disk by what it said last, of a boot or behind it. */
  get held(): readonly string[] {
    const lines = this.instance.logged.map((message): Partial<HostLine> => JSON.parse(message));
    return (lines.findLast(({ held }) => held !== undefined)?.held ?? '').split(',');
  }
}

/** Ends a program and its processes, where it still runs. */
async function ended(child: ChildProcess | undefined, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  process.kill(-child.pid, signal);
  await closed;
}
