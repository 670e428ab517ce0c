import { type StatsFs, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as z from 'zod';
import { awsSettings } from '../../aws';
import { BadInput } from '../../bad-input';
import { formatBytes, formatShare } from '../../terminal/units';
import { EngineError } from '../engine/docker-process';
import { engineSocket } from '../engine/engine-socket';
import { engineUsage } from '../engine/engine-usage';
import { readIfThere, writeAtomically } from '../files/atomic-file';
import { readImagesFile } from '../files/images-file';
import { stateFolder } from '../files/state-folder';
import type { diskJson } from '../output/json-results';
import type { ProjectOptions } from '../project';
import { ecrRegion } from '../registry/credentials';
import { parseReference } from '../registry/reference';

export interface DiskOptions extends ProjectOptions {
  /** Share of the engine's disk from which the verdict is `warn`. */
  readonly warnShare: number;
  /** Share from which the command fails. */
  readonly failShare: number;
}

type Disk = z.infer<typeof diskJson>;

const FAILED = 1;
/** Measurements that are kept for the trend. */
const KEPT = 30;

/** Tells what images, containers, volumes and build cache take, here and in ECR. Returns the exit code. */
export async function disk(options: DiskOptions): Promise<number> {
  if (options.warnShare > options.failShare) {
    throw new BadInput(
      `--warn: got ${formatShare(options.warnShare)}; allowed: at most --fail, which is ${formatShare(options.failShare)}`,
    );
  }
  const socket = engineSocket();
  const usage = await engineUsage(socket);
  const usedShare = usedShareOf(await dataFolder(socket));
  const total = usage.imagesBytes + usage.containersBytes + usage.volumesBytes + usage.cacheBytes;
  const result: Disk = {
    schemaVersion: 1,
    command: 'disk',
    imagesBytes: usage.imagesBytes,
    containersBytes: usage.containersBytes,
    volumesBytes: usage.volumesBytes,
    cacheBytes: usage.cacheBytes,
    usedShare,
    verdict: usedShare >= options.failShare ? 'fail' : usedShare >= options.warnShare ? 'warn' : 'ok',
    repositories: await repositorySizes(options.file),
    trend: noteTrend(options.file, total),
  };
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : render(result));
  return result.verdict === 'fail' ? FAILED : 0;
}

function render(result: Disk): string {
  const first = result.trend.at(0);
  const total = result.imagesBytes + result.containersBytes + result.volumesBytes + result.cacheBytes;
  const lines = [
    `images      ${formatBytes(result.imagesBytes)}`,
    `containers  ${formatBytes(result.containersBytes)}`,
    `volumes     ${formatBytes(result.volumesBytes)}`,
    `cache       ${formatBytes(result.cacheBytes)}`,
    ...result.repositories.map(
      ({ name, images, sizeBytes }) => `ECR         ${formatBytes(sizeBytes)} in ${images} images of ${name}`,
    ),
    `disk        ${formatShare(result.usedShare)} used: ${result.verdict}`,
    ...(first && result.trend.length > 1
      ? [`since ${first.at.slice(0, 10)}: ${formatBytes(first.totalBytes)} -> ${formatBytes(total)}`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

async function dataFolder(socket: ReturnType<typeof engineSocket>): Promise<string> {
  const info = await socket.get('/info');
  const folder =
    typeof info === 'object' && info !== null && 'DockerRootDir' in info ? info.DockerRootDir : undefined;
  return typeof folder === 'string' ? folder : '/';
}

/** @throws {EngineError} where the engine's folder is not on this machine, as that of a virtual machine */
function usedShareOf(folder: string): number {
  const { blocks, bavail, bfree } = statisticsOf(folder);
  const used = blocks - bfree;
  // As df tells it: blocks that only root may use are not free.
  return used + bavail === 0 ? 0 : used / (used + bavail);
}

function statisticsOf(folder: string): StatsFs {
  try {
    return statfsSync(folder);
  } catch (cause) {
    throw new EngineError(
      `the engine's folder ${folder} cannot be seen from here; run the command where the engine runs`,
      '',
      '',
      { cause },
    );
  }
}

function noteTrend(file: string, totalBytes: number): Disk['trend'] {
  const path = join(stateFolder(dirname(file)), 'disk.json');
  const trend = [...earlierTrend(path), { at: new Date().toISOString(), totalBytes }].slice(-KEPT);
  writeAtomically(path, JSON.stringify(trend));
  return trend;
}

function earlierTrend(path: string): Disk['trend'] {
  try {
    const found: unknown = JSON.parse(readIfThere(path) ?? '[]');
    return Array.isArray(found) ? found.filter(isMeasurement) : [];
  } catch {
    return [];
  }
}

function isMeasurement(value: unknown): value is Disk['trend'][number] {
  return (
    typeof value === 'object' &&
    value !== null &&
    'at' in value &&
    typeof value.at === 'string' &&
    'totalBytes' in value &&
    typeof value.totalBytes === 'number'
  );
}

/** Sizes of the repositories in ECR; empty where there is no `images.json` or none of its images is there. */
async function repositorySizes(file: string): Promise<Disk['repositories']> {
  if (readIfThere(file) === undefined) return [];
  const found: Disk['repositories'] = [];
  for (const { repository } of readImagesFile(file).images) {
    const reference = parseReference(repository);
    const region = reference && ecrRegion(reference.registry);
    if (!reference || region === undefined) continue;
    const { ECRClient, paginateDescribeImages } =
      require('@aws-sdk/client-ecr') as typeof import('@aws-sdk/client-ecr');
    let [images, sizeBytes] = [0, 0];
    for await (const page of paginateDescribeImages(
      { client: new ECRClient(awsSettings({ region })) },
      { repositoryName: reference.path },
    )) {
      for (const { imageSizeInBytes = 0 } of page.imageDetails ?? []) {
        images++;
        sizeBytes += imageSizeInBytes;
      }
    }
    found.push({ name: repository, images, sizeBytes });
  }
  return found;
}
