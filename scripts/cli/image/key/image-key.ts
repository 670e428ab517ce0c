/** The key of an image: a digest over everything that its build can reach, computed before and without the build. */
import { readFileSync } from 'node:fs';
import { BadInput } from '../../bad-input';
import type { ContentHashes } from '../context/content-hashes';
import { type Doubt, type ParsedDockerfile, parseDockerfile } from '../dockerfile/instructions';
import type { ImageDefinition } from '../files/images-file';
import { type BaseImage, type ImageNeed, needKey } from './base-image';
import { BuildContexts } from './build-contexts';
import { FramedHash } from './framed-hash';
import type { InputRecord } from './input-record';
import { formatPlatform, type Platform } from './platforms';
import { refreshPeriod } from './refresh-period';
import { stageRecords } from './stage-records';
import { type StageGraph, stageGraph } from './stages';
import { wholeInputs } from './whole-inputs';

/** Changed whenever the same inputs give another key; every image is then built once more. */
export const KEY_VERSION = 'warmpath image key 1';

export interface KeySurroundings {
  readonly hashes: ContentHashes;
  /** Looks an image up in its registry. */
  readonly resolveBase: (need: ImageNeed) => Promise<BaseImage>;
  readonly now: Date;
}

export interface ImageKey {
  /** 64 hexadecimal digits. */
  readonly key: string;
  /** Tag that an image of this key has in its registry. */
  readonly tag: string;
  readonly records: readonly InputRecord[];
  /** Why the key covers the whole context; empty where it covers only what can be reached. */
  readonly widened: readonly Doubt[];
  readonly warnings: readonly Doubt[];
  /** Reference as written, platform, digest: what the build is pinned to. */
  readonly bases: readonly PinnedBase[];
  /** All that was read of them. */
  readonly baseImages: ReadonlyMap<string, BaseImage>;
  /** Which moment `refresh` was asked for. */
  readonly computedAt: Date;
}

export interface PinnedBase extends ImageNeed {
  readonly digest: string;
}

/** @throws {BadInput} where Dockerfile, context, target or ignore file cannot be used */
export async function imageKey(image: ImageDefinition, surroundings: KeySurroundings): Promise<ImageKey> {
  const bases = new Map<string, BaseImage>();
  const contexts = new BuildContexts(image, surroundings.hashes);
  const source = readDockerfile(image);
  const dockerfile = parseDockerfile(source);
  const works = image.platforms.map(
    (platform): PlatformWork => ({ image, platform, source, dockerfile, contexts, bases, surroundings }),
  );
  const graphs = await Promise.all(works.map(resolvedGraph));
  const perPlatform = works.flatMap((work, index) => {
    const graph = graphs[index];
    return graph ? [platformInputs(work, graph)] : [];
  });
  const several = perPlatform.length > 1;
  const records = [
    ...perPlatform.flatMap(({ platform, records: own }) =>
      several ? own.map((record) => ({ ...record, group: `${platform} ${record.group}` })) : own,
    ),
    ...refreshRecords(image, surroundings.now),
  ];
  const hash = new FramedHash().add([KEY_VERSION]);
  for (const { kind, fields } of records) hash.add([kind, ...fields]);
  const key = hash.hex();
  return {
    key,
    tag: keyTag(key),
    records,
    widened: distinct(perPlatform.flatMap(({ widened }) => widened)),
    warnings: distinct(perPlatform.flatMap(({ warnings }) => warnings)),
    bases: distinct(perPlatform.flatMap(({ pinned }) => pinned)),
    baseImages: bases,
    computedAt: surroundings.now,
  };
}

export function keyTag(key: string): string {
  return `k-${key.slice(0, 32)}`;
}

interface PlatformInputs {
  readonly platform: string;
  readonly records: readonly InputRecord[];
  readonly widened: readonly Doubt[];
  readonly warnings: readonly Doubt[];
  readonly pinned: readonly PinnedBase[];
}

interface PlatformWork {
  readonly image: ImageDefinition;
  readonly platform: Platform;
  readonly source: string;
  readonly dockerfile: ParsedDockerfile;
  readonly contexts: BuildContexts;
  readonly bases: Map<string, BaseImage>;
  readonly surroundings: KeySurroundings;
}

function platformInputs(work: PlatformWork, graph: StageGraph): PlatformInputs {
  const { image, dockerfile, contexts, bases } = work;
  const read = stageRecords({
    graph,
    bases,
    args: image.args,
    volatileArgs: image.volatileArgs,
    hiddenArgs: image.hiddenArgs,
    escapeToken: dockerfile.escapeToken,
    tree: (context) => contexts.of(context),
  });
  const platform = formatPlatform(work.platform);
  const widened = [
    ...dockerfile.doubts,
    ...frontendDoubts(dockerfile, image),
    ...graph.doubts,
    ...read.doubts,
  ];
  function general(name: string, fields: readonly string[]): InputRecord {
    return {
      kind: 'platform',
      group: 'platform',
      name,
      line: undefined,
      fields,
    };
  }
  const records: InputRecord[] = [general(platform, ['platform', platform])];
  for (const [name, value] of image.args) {
    if (!name.startsWith('BUILDKIT_') || image.volatileArgs.has(name)) continue;
    records.push({ kind: 'arg', group: 'args', name, line: undefined, fields: ['ARG', name, '=', value] });
  }
  // Spread as arguments, the records of a large context would not fit on the stack.
  const all = [
    ...records,
    ...read.records,
    ...(widened.length > 0 ? wholeInputs(image, work.source, contexts) : []),
  ];
  return {
    platform,
    records: all,
    widened: [...widened, ...contexts.doubts()],
    warnings: read.warnings,
    pinned: graph.needs.map((need) => ({ ...need, digest: bases.get(needKey(need))?.digest ?? '' })),
  };
}

/** The graph with every image of it looked up; a trigger of a base may ask for further ones. */
async function resolvedGraph({
  image,
  platform,
  dockerfile,
  bases,
  surroundings,
}: PlatformWork): Promise<StageGraph> {
  for (;;) {
    const graph = stageGraph({
      dockerfile,
      where: `image ${image.name}: ${image.dockerfile}`,
      target: image.target,
      platform,
      args: image.args,
      contexts: image.contexts,
      bases,
    });
    const missing = graph.needs.filter((need) => !bases.has(needKey(need)));
    if (missing.length === 0) return graph;
    const found = await Promise.all(missing.map((need) => surroundings.resolveBase(need)));
    for (const [index, need] of missing.entries()) {
      const base = found[index];
      if (base) bases.set(needKey(need), base);
    }
  }
}

const KNOWN_FRONTEND = /^(?:docker\.io\/)?docker\/dockerfile(?:[:@].*)?$/;

/** A frontend other than Docker's own may read the file in any way. */
function frontendDoubts({ syntax }: ParsedDockerfile, { args }: ImageDefinition): readonly Doubt[] {
  const given = args.get('BUILDKIT_SYNTAX');
  const { value: named, line } =
    given === undefined ? { value: '', line: 0, ...syntax } : { value: given, line: 0 };
  const frontend = named.split(' ')[0] ?? '';
  if (frontend === '' || KNOWN_FRONTEND.test(frontend)) return [];
  return [{ line, reason: `# syntax=${frontend} is another frontend than docker/dockerfile` }];
}

function refreshRecords({ refresh }: ImageDefinition, now: Date): readonly InputRecord[] {
  if (refresh === undefined) return [];
  const period = refreshPeriod(refresh, now);
  return [{ kind: 'refresh', group: 'refresh', name: refresh, line: undefined, fields: ['refresh', period] }];
}

/** @throws {BadInput} where it cannot be read */
export function readDockerfile({ name, dockerfile }: ImageDefinition): string {
  try {
    return readFileSync(dockerfile, 'utf8');
  } catch (cause) {
    throw new BadInput(
      `image ${name}: ${dockerfile} cannot be read; create it, or give its path as dockerfile`,
      { cause },
    );
  }
}

function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
