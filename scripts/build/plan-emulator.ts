/** A loopback AWS (the moto server) that answers the data sources of a plan; nothing is applied to it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  CreateRepositoryCommand,
  ECRClient,
  ImageAlreadyExistsException,
  PutImageCommand,
  RepositoryAlreadyExistsException,
} from '@aws-sdk/client-ecr';
import * as z from 'zod';
import { quietAwsSdk } from '../cli/quiet-aws-sdk';
import type { Configuration } from './terraform-cli';

export interface Emulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export function emulatorInstalled(): boolean {
  return spawnSync('python3', ['-c', 'import moto.server'], { stdio: 'ignore' }).status === 0;
}

/** Starts the emulator of one account on a free port of 127.0.0.1; undefined when Python's moto is not installed. */
export async function startEmulator(account: string): Promise<Emulator | undefined> {
  if (!emulatorInstalled()) return undefined;
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, MOTO_ACCOUNT_ID: account },
  });
  const ended = once(child, 'exit');
  async function stop() {
    child.kill('SIGTERM');
    await ended;
  }
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`the AWS emulator ended with code ${child.exitCode} at start`);
    if (await answers(endpoint)) return { endpoint, stop };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Creates in the emulator the resources that the data sources of a stack look up. */
export async function provide(emulator: Emulator, configuration: Configuration): Promise<void> {
  const client = {
    endpoint: emulator.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  quietAwsSdk();
  const ecr = new ECRClient(client);
  for (const attributes of Object.values(configuration.data?.['aws_ecr_image'] ?? {})) {
    const image = imageSchema.parse(attributes);
    const repository = { registryId: image.registry_id, repositoryName: image.repository_name };
    try {
      await ecr.send(new CreateRepositoryCommand(repository));
    } catch (error) {
      if (!(error instanceof RepositoryAlreadyExistsException)) throw error;
    }
    const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_MEDIA_TYPE, layers: [] });
    try {
      await ecr.send(new PutImageCommand({ ...repository, imageTag: image.image_tag, imageManifest }));
    } catch (error) {
      if (!(error instanceof ImageAlreadyExistsException)) throw error;
    }
  }
}

const IMAGE_MEDIA_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const imageSchema = z.object({
  registry_id: z.string(),
  repository_name: z.string(),
  image_tag: z.string(),
});

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/moto-api/`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
