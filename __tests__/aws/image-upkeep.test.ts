/** `prune --ecr` and the sizes of `disk` on the emulator: ECR, ECS and EC2 over the wire, as the SDK asks them. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateLaunchTemplateCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  PutImageCommand,
} from '@aws-sdk/client-ecr';
import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type * as z from 'zod';
import { disk } from '../../scripts/cli/image/commands/disk';
import { prune } from '../../scripts/cli/image/commands/prune';
import type { diskJson, pruneJson } from '../../scripts/cli/image/output/json-results';
import { startFakeEngine } from '../scripts/cli/image/support/fake-engine';
import { runCommand } from '../scripts/cli/image/support/run-command';
import { closing } from '../support/closing';

const REGION = 'eu-west-1';
const NAME = 'team/app';
const REPOSITORY = `123456789012.dkr.ecr.${REGION}.amazonaws.com/${NAME}`;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-upkeep-'));
const file = join(folder, 'images.json');
const ecr = new ECRClient({ region: REGION });
const ecs = new ECSClient({ region: REGION });

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** Puts an image under a tag, or under none, and returns its digest. */
async function put(word: string, tag: string | undefined, more: object = {}): Promise<string> {
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: digestOf(word),
    size: 100,
  };
  const config = { ...layer, mediaType: 'application/vnd.oci.image.config.v1+json', size: 10 };
  const text = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer], ...more });
  const command = { repositoryName: NAME, imageManifest: text, imageTag: tag, imageDigest: digestOf(text) };
  await ecr.send(new PutImageCommand({ ...command, imageManifestMediaType: MANIFEST }));
  return digestOf(text);
}

async function define(family: string, image: string): Promise<void> {
  const containerDefinitions = [{ name: 'app', image, memory: 128 }];
  await ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions }));
}

async function digestsThere(): Promise<readonly string[]> {
  const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName: NAME }));
  return imageDetails.map(({ imageDigest = '' }) => imageDigest).sort();
}

function pruned(options: { readonly yes: boolean; readonly clusters?: readonly string[] }) {
  const given = { file, names: [], json: true, keepBytes: 0, ecr: true, clusters: [], ...options };
  return runCommand<z.infer<typeof pruneJson>>(() => prune(given));
}

describe('images in ECR that the account uses', () => {
  const kept: string[] = [];
  const unused: string[] = [];

  beforeAll(async () => {
    writeFileSync(file, JSON.stringify({ images: { app: { repository: REPOSITORY } } }));
    await ecr.send(new CreateRepositoryCommand({ repositoryName: NAME }));
    await ecs.send(new CreateClusterCommand({ clusterName: 'one' }));
    const byTag = await put('by tag', 'k-tag');
    await define('by-tag', `${REPOSITORY}:k-tag`);
    const byDigest = await put('by digest', 'k-digest');
    await define('by-digest', `${REPOSITORY}@${byDigest}`);
    // A revision that is not the newest can still be started.
    await define('by-digest', `${REPOSITORY}:k-tag`);
    const inTemplate = await put('in a template', 'k-template');
    const script = `#!/bin/sh\ndocker pull ${REPOSITORY}@${inTemplate}\n`;
    const UserData = Buffer.from(script).toString('base64');
    const ec2 = new EC2Client({ region: REGION });
    const LaunchTemplateData = { UserData };
    await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'boot', LaunchTemplateData }));
    const pinned = await put('in the lock', 'k-lock');
    const entry = { repo: REPOSITORY, key: '', tag: 'k-lock', digest: pinned, platform: 'linux/amd64' };
    const lock = { app: { ...entry, sizeBytes: 1, builtAt: '2026-01-01T00:00:00Z', commit: 'unknown' } };
    writeFileSync(join(folder, 'images.lock.json'), JSON.stringify(lock));
    const shielded = await put('shielded', 'live-1');
    const subject = { mediaType: MANIFEST, digest: byTag, size: 1 };
    const signature = await put('signature', undefined, { subject });
    kept.push(byTag, byDigest, inTemplate, pinned, shielded, signature);
    unused.push(await put('old', 'k-old'), await put('older', 'k-older'));
  });
  afterAll(() => {
    ecr.destroy();
    ecs.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are told with their sizes by disk', async () => {
    await using engine = closing(
      await startFakeEngine({
        usage: { LayersSize: 0, Images: [], Containers: [], Volumes: [], BuildCache: [] },
      }),
    );
    const given = { file, names: [], json: true, warnShare: 1, failShare: 1 };
    const { json } = await runCommand<z.infer<typeof diskJson>>(() => disk(given), engine.env);
    const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName: NAME }));
    const sizeBytes = imageDetails.reduce((sum, { imageSizeInBytes = 0 }) => sum + imageSizeInBytes, 0);
    expect(sizeBytes).toBeGreaterThan(0);
    expect(json.repositories).toEqual([{ name: REPOSITORY, images: kept.length + unused.length, sizeBytes }]);
  });

  it('stay, all others too, where one answer is an error', async () => {
    const before = await digestsThere();
    await expect(pruned({ yes: true, clusters: ['one', 'gone'] })).rejects.toThrow(/[Cc]luster/);
    expect(await digestsThere()).toEqual(before);
  });

  it('stay, and of the others a dry run tells only what would go', async () => {
    const { json } = await pruned({ yes: false });
    expect(json.removed.map(({ id }) => id).sort()).toEqual([`${NAME}:k-old`, `${NAME}:k-older`]);
    expect(await digestsThere()).toEqual([...kept, ...unused].sort());
  });

  it('stay, and the others are gone once it is said', async () => {
    await pruned({ yes: true });
    expect(await digestsThere()).toEqual([...kept].sort());
    expect((await pruned({ yes: true })).json.removed).toEqual([]);
  });
});
