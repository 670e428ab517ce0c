/** A host of the simulation: an engine with a disk of its own, the boot program and the watch unit, and a stand-in for the agent. */
import { mkdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Destination } from '../../support/fake-aws/auto-scaling-group';
import { type DockerEngine, startDockerEngine } from '../support/docker-engine';
import { type FakeInstance, startFakeInstance } from '../support/fake-instance';
import { type HostLine, type HostSettings, RolloutHost } from '../support/rollout-host';

/** What the agent pulls with. */
const REGISTRY_AUTH = Buffer.from(JSON.stringify({ username: 'AWS', password: 'token' })).toString('base64');

export interface TaskStart {
  /** Whether the host had to pull after the task was placed on it. */
  readonly isPulled: boolean;
  /** From the agent's first look at the image to a container that runs. */
  readonly startMillis: number;
}

export class SimulatedHost {
  /** Whether its agent takes tasks. */
  isRegistered = false;
  /** Containers that stay until they are told to end, such as shells. */
  shells = 0;
  /** The line of its last boot. */
  booted: HostLine | undefined;
  private engine: DockerEngine | undefined;
  private starting: Promise<void> = Promise.resolve();
  private running = 0;
  private isGone = false;

  private constructor(
    readonly id: string,
    private readonly folder: string,
    private readonly instance: FakeInstance,
    private readonly program: RolloutHost,
  ) {}

  static async create(id: string, folder: string, settings: HostSettings): Promise<SimulatedHost> {
    const instance = await startFakeInstance(id);
    mkdirSync(join(folder, 'docker'), { recursive: true });
    const ecr = { ECR_ENDPOINT: instance.url };
    return new SimulatedHost(
      id,
      folder,
      instance,
      new RolloutHost(instance, undefined, folder, { ...settings, ...ecr }),
    );
  }

  /** Power on: Docker, the boot program, the watch unit, and with the gate open the agent. */
  boot(destination: Destination): void {
    this.starting = (async () => {
      this.engine = await startDockerEngine({ dataRoot: join(this.folder, 'docker') });
      this.program.use(this.engine);
      if (this.isGone) return;
      this.booted = await this.program.boot(destination);
      if (destination !== 'InService') return;
      this.program.watch();
      this.isRegistered = true;
    })();
    // Its power may be cut at any moment of this.
    this.starting.catch(() => {});
  }

  /** As EC2 stops it: what it has on its disk stays. */
  async sleep(): Promise<void> {
    await this.starting;
    await this.off();
  }

  async terminate(): Promise<void> {
    this.isRegistered = false;
    this.isGone = true;
    // Draining: tasks that end by themselves have their time.
    while (this.running > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await this.program.cut();
    await this.starting.catch(() => {});
    await this.off();
    await this.instance.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the agent does with a task: looks for the image, pulls it only where it is not there, starts the container. */
  async run(reference: string, stays = false): Promise<TaskStart> {
    this.running += 1;
    try {
      const started = performance.now();
      const isPulled = (await this.call('GET', `/images/${reference}/json`)).status === 404;
      if (isPulled)
        await this.expect(200, 'POST', `/images/create?fromImage=${encodeURIComponent(reference)}`);
      const body = { Image: reference, Cmd: stays ? ['stay'] : [], HostConfig: { NetworkMode: 'none' } };
      const { Id } = JSON.parse(await this.expect(201, 'POST', '/containers/create', body)) as { Id: string };
      await this.expect(204, 'POST', `/containers/${Id}/start`);
      const startMillis = performance.now() - started;
      if (stays) this.shells += 1;
      else await this.call('DELETE', `/containers/${Id}?force=true`);
      return { isPulled, startMillis };
    } finally {
      this.running -= 1;
    }
  }

  private async off(): Promise<void> {
    this.isRegistered = false;
    await this.program.cut();
    await this.engine?.stop();
    this.engine = undefined;
  }

  private async expect(status: number, method: string, path: string, body?: object): Promise<string> {
    const answer = await this.call(method, path, body);
    if (answer.status !== status || answer.text.includes('"errorDetail"'))
      throw new Error(`${this.id}: ${method} ${path}: ${answer.status} ${answer.text.slice(-500)}`);
    return answer.text;
  }

  private call(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const socketPath = this.engine?.socketPath ?? '';
    const headers = { 'content-type': 'application/json', 'x-registry-auth': REGISTRY_AUTH };
    return new Promise((resolve, reject) => {
      const call = request({ socketPath, method, path, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
