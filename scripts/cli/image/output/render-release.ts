import type * as z from 'zod';
import { paintFor } from '../../terminal/paint';
import { formatBytes, formatMs } from '../../terminal/units';
import type { BuiltImage } from '../engine/build-image';
import type { Released } from '../release/release-image';
import type { buildJson, releaseJson } from './json-results';
import { renderPlan } from './render-plan';

const SLOWEST = 5;

const OUTCOMES: Readonly<Record<Released['outcome'], string>> = {
  unchanged: 'nothing changed',
  pinned: 'pinned',
  built: 'built and pinned',
  'built-same-digest': 'built, nothing to deploy: the digest is the one that is pinned',
};

/** One image for a person: why it was built, where the time went, what is pinned now. */
export function printReleased(released: Released | undefined): void {
  if (!released) return;
  const { planned, outcome, digest, built, warnings } = released;
  const paint = paintFor(process.stdout);
  const lines = [
    ...(built ? describeBuilt(built) : []),
    ...warnings.map((warning) => `         ${paint.yellow('warning')}: ${warning}`),
    `         ${OUTCOMES[outcome]}: ${planned.image.repository}@${digest}`,
  ];
  process.stdout.write(`${renderPlan([{ ...planned, warnings: [] }], false)}${lines.join('\n')}\n`);
}

/** The slowest steps and the size of each layer. */
export function describeBuilt({ steps, layers }: BuiltImage): readonly string[] {
  const slowest = [...steps.filter(({ cached }) => !cached)].sort((a, b) => b.durationMs - a.durationMs);
  const bytes = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [
    ...slowest
      .slice(0, SLOWEST)
      .map(({ name, durationMs }) => `         ${formatMs(durationMs).padStart(8)}  ${name}`),
    ...(layers.length > 0
      ? [
          `         ${formatBytes(bytes)} in ${layers.length} layers: ${layers.map(({ sizeBytes }) => formatBytes(sizeBytes)).join(', ')}`,
        ]
      : []),
  ];
}

export function releasedJson(
  command: z.infer<typeof releaseJson>['command'],
  released: readonly Released[],
): z.infer<typeof releaseJson> {
  return {
    schemaVersion: 1,
    command,
    images: released.map(({ planned, outcome, digest, previousDigest, warnings }) => ({
      name: planned.image.name,
      outcome,
      key: planned.key.key,
      tag: planned.key.tag,
      digest,
      previousDigest: previousDigest ?? null,
      warnings: [...warnings],
    })),
  };
}

export function builtJson(
  built: readonly (BuiltImage & {
    readonly name: string;
    readonly tag: string;
    readonly reproducible: boolean;
  })[],
): z.infer<typeof buildJson> {
  return {
    schemaVersion: 1,
    command: 'build',
    images: built.map(({ name, key, tag, at, reproducible, steps, layers, warnings }) => ({
      name,
      key,
      tag,
      local: 'engineTag' in at ? at.engineTag : null,
      reproducible: reproducible && 'layout' in at,
      steps: [...steps],
      layers: layers.map(({ digest, sizeBytes }) => ({ digest, sizeBytes })),
      warnings: [...warnings],
    })),
  };
}
