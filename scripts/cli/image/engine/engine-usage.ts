/** What is on the engine's disk, by `GET /system/df`. */
import * as z from 'zod';
import type { EngineSocket } from './engine-socket';

const bytes = z.number().nullish();

const usage = z.looseObject({
  LayersSize: bytes,
  Images: z
    .array(
      z.looseObject({
        Id: z.string(),
        RepoTags: z.array(z.string()).nullish(),
        RepoDigests: z.array(z.string()).nullish(),
        Size: z.number(),
        SharedSize: z.number().optional(),
        Containers: z.number().optional(),
      }),
    )
    .nullish(),
  Containers: z
    .array(z.looseObject({ Id: z.string(), ImageID: z.string(), Image: z.string(), SizeRw: bytes }))
    .nullish(),
  Volumes: z
    .array(z.looseObject({ Name: z.string(), UsageData: z.looseObject({ Size: z.number() }).nullish() }))
    .nullish(),
  BuildCache: z
    .array(
      z.looseObject({
        ID: z.string(),
        Size: z.number(),
        InUse: z.boolean(),
        LastUsedAt: z.string().nullish(),
      }),
    )
    .nullish(),
});

export interface EngineImage {
  readonly id: string;
  readonly tags: readonly string[];
  /** `repository@sha256:…`. */
  readonly digests: readonly string[];
  readonly sizeBytes: number;
}

export interface EngineUsage {
  readonly images: readonly EngineImage[];
  /** What containers are made from, as ids and references. */
  readonly inContainers: ReadonlySet<string>;
  /** Layers of all images, shared ones once. */
  readonly imagesBytes: number;
  readonly containersBytes: number;
  readonly volumesBytes: number;
  readonly cacheBytes: number;
}

/** A tag or digest that stands for none. */
const NONE = '<none>';

export async function engineUsage(socket: EngineSocket): Promise<EngineUsage> {
  const answer = usage.parse(await socket.get('/system/df'));
  const containers = answer.Containers ?? [];
  const images = (answer.Images ?? []).map(({ Id, RepoTags, RepoDigests, Size }) => ({
    id: Id,
    tags: (RepoTags ?? []).filter((tag) => !tag.includes(NONE)),
    digests: (RepoDigests ?? []).filter((digest) => !digest.startsWith(NONE)),
    sizeBytes: Size,
  }));
  return {
    images,
    inContainers: new Set(containers.flatMap(({ ImageID, Image }) => [ImageID, Image])),
    imagesBytes: answer.LayersSize ?? images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    containersBytes: containers.reduce((sum, { SizeRw }) => sum + (SizeRw ?? 0), 0),
    volumesBytes: (answer.Volumes ?? []).reduce(
      (sum, { UsageData }) => sum + Math.max(0, UsageData?.Size ?? 0),
      0,
    ),
    cacheBytes: (answer.BuildCache ?? []).reduce((sum, { Size }) => sum + Size, 0),
  };
}
