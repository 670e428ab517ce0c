/** What `--json` prints, one schema for each command; a change that a reader could trip over raises the version. */
import * as z from 'zod';
import { REASON_KINDS } from '../plan/reasons';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const note = z.strictObject({ line: z.number().int().nullable(), reason: z.string() });
const schemaVersion = z.literal(1);

export const reasonJson = z.strictObject({
  kind: z.enum(REASON_KINDS),
  name: z.string(),
  line: z.number().int().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
});

export const plannedImageJson = z.strictObject({
  name: z.string(),
  decision: z.enum(['build', 'skip']),
  key: z.string(),
  tag: z.string(),
  digest: digest.nullable(),
  reasons: z.array(reasonJson),
  /** Why the key covers the whole context; empty where it covers only what can be reached. */
  widened: z.array(note),
  warnings: z.array(note),
});

export const planJson = z.strictObject({
  schemaVersion,
  command: z.literal('plan'),
  offline: z.boolean(),
  images: z.array(plannedImageJson),
});

const step = z.strictObject({ name: z.string(), durationMs: z.number(), cached: z.boolean() });

export const buildJson = z.strictObject({
  schemaVersion,
  command: z.literal('build'),
  images: z.array(
    z.strictObject({
      name: z.string(),
      key: z.string(),
      tag: z.string(),
      /** Tag in the local engine, absent where the image went to the registry at once. */
      local: z.string().nullable(),
      reproducible: z.boolean(),
      steps: z.array(step),
      layers: z.array(z.strictObject({ digest, sizeBytes: z.number() })),
      warnings: z.array(z.string()),
    }),
  ),
});

export const releaseJson = z.strictObject({
  schemaVersion,
  command: z.enum(['release', 'push', 'pin', 'rollback']),
  images: z.array(
    z.strictObject({
      name: z.string(),
      outcome: z.enum(['unchanged', 'built', 'built-same-digest', 'pushed', 'pinned']),
      key: z.string(),
      tag: z.string(),
      digest,
      /** Digest that the lock had before. */
      previousDigest: digest.nullable(),
      warnings: z.array(z.string()),
    }),
  ),
});

export const pruneJson = z.strictObject({
  schemaVersion,
  command: z.literal('prune'),
  dryRun: z.boolean(),
  removed: z.array(
    z.strictObject({
      what: z.enum(['image', 'cache', 'registry', 'revision']),
      id: z.string(),
      sizeBytes: z.number(),
    }),
  ),
  kept: z.array(z.strictObject({ id: z.string(), because: z.string() })),
});

export const diskJson = z.strictObject({
  schemaVersion,
  command: z.literal('disk'),
  imagesBytes: z.number(),
  containersBytes: z.number(),
  volumesBytes: z.number(),
  cacheBytes: z.number(),
  usedShare: z.number(),
  verdict: z.enum(['ok', 'warn', 'fail']),
  repositories: z.array(z.strictObject({ name: z.string(), images: z.number(), sizeBytes: z.number() })),
  trend: z.array(z.strictObject({ at: z.string(), totalBytes: z.number() })),
});

export const lintJson = z.strictObject({
  schemaVersion,
  command: z.literal('lint'),
  findings: z.array(
    z.strictObject({
      image: z.string(),
      rule: z.string(),
      /** The command fails where there is a fault. */
      level: z.enum(['fault', 'note']),
      file: z.string(),
      line: z.number().int().nullable(),
      message: z.string(),
      cure: z.string(),
    }),
  ),
});

export const RESULT_SCHEMAS = {
  plan: planJson,
  build: buildJson,
  release: releaseJson,
  prune: pruneJson,
  disk: diskJson,
  lint: lintJson,
} as const;

/** The schemas as JSON Schema, by command: what `json-results.schema.json` holds for readers outside of this project. */
export function resultSchemas(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(RESULT_SCHEMAS).map(([name, schema]) => [name, z.toJSONSchema(schema)]),
  );
}
