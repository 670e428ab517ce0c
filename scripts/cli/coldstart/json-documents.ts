import * as z from 'zod';

/** Schemas of the JSON that `warmpath coldstart` prints; `docs/schemas` publishes them. */

export const MEASURE_SCHEMA = 'warmpath/measure/1';
export const VERIFY_SCHEMA = 'warmpath/verify/1';
export const ROLLOUT_SCHEMA = 'warmpath/rollout/1';

const count = z.int().min(0);
const seconds = z.number().min(0);

/** `measure --json`. */
export const measureDocument = z.strictObject({
  schema: z.literal(MEASURE_SCHEMA),
  cluster: z.string(),
  summaries: z.array(
    z.strictObject({
      family: z.string(),
      tasks: count,
      cacheHits: count,
      poolHits: count,
      originsKnown: count,
      p50Seconds: seconds,
      p95Seconds: seconds,
      p99Seconds: seconds,
      maxSeconds: seconds,
      placementShare: z.number().min(0).max(1),
      pullP50Seconds: seconds.optional(),
    }),
  ),
  starts: z.array(
    z.strictObject({
      task: z.string(),
      family: z.string(),
      createdAt: z.iso.datetime(),
      totalSeconds: seconds,
      placementSeconds: seconds,
      pull: z.strictObject({ pullSeconds: seconds, containerStartSeconds: seconds }).optional(),
      instanceOrigin: z.enum(['warm-pool', 'cold-launch']).optional(),
    }),
  ),
});

const images = z.array(z.string());

/** `verify --json`. */
export const verifyDocument = z.strictObject({
  schema: z.literal(VERIFY_SCHEMA),
  group: z.string(),
  images,
  ready: count,
  instances: z.array(
    z.strictObject({
      id: z.string(),
      lifecycleState: z.string(),
      templateVersion: z.string(),
      verdict: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.enum(['on-disk', 'by-template', 'unproven', 'pending']) }),
        z.strictObject({ kind: z.enum(['outdated', 'missing']), images }),
      ]),
    }),
  ),
});

const hosts = z.array(
  z.strictObject({
    id: z.string(),
    place: z.string(),
    ready: z.boolean(),
    failed: z.record(z.string(), z.string()),
  }),
);

/** `rollout --json`: what it came to, or with `--dry-run` what would be done first. */
export const rolloutDocument = z.union([
  z.strictObject({
    schema: z.literal(ROLLOUT_SCHEMA),
    group: z.string(),
    outcome: z.enum(['done', 'stopped', 'superseded']),
    reason: z.string().optional(),
    images: z.record(
      z.string(),
      z.strictObject({
        current: z.string(),
        next: z.string().optional(),
        previous: z.string().optional(),
      }),
    ),
    hosts,
  }),
  z.strictObject({
    schema: z.literal(ROLLOUT_SCHEMA),
    group: z.string(),
    wanted: z.record(z.string(), z.string()),
    step: z.looseObject({ kind: z.string() }),
    hosts,
  }),
]);

/** What `rollout --json` prints, before it is text. */
export type RolloutJson = z.input<typeof rolloutDocument>;

/** Each by the name of its file. */
export const COLDSTART_DOCUMENTS = {
  measure: measureDocument,
  verify: verifyDocument,
  rollout: rolloutDocument,
} as const;
