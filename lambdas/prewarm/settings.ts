/**
 * The environment each runtime reads. The infrastructure imports the types, so that a function wired without a variable
 * it reads (or with one it does not know) does not compile. Everything is text, as environments are; durations carry
 * their unit in the name.
 */

import * as z from 'zod/mini';
import { WarmpathError } from '../errors/warmpath-error';

const text = z.string().check(z.minLength(1));
const whole = z.string().check(z.regex(/^\d+$/, 'must be a whole number'));
const name = z.string().check(z.regex(/^[\w.:/-]+$/, 'must be a name without spaces'));
const arn = z.string().check(z.regex(/^arn:[\w-]+:/, 'must be an ARN'));
const url = z.string().check(z.regex(/^https?:\/\/\S+$/, 'must be a URL'));

/** Variables that every function and the agent read. */
const deployment = {
  /** Name of the deployment, such as `prod`; a dimension of every metric. */
  DEPLOYMENT: name,
  METRICS_NAMESPACE: name,
};

const tables = { REQUEST_TABLE: name, POP_TABLE: name, TASK_TABLE: name, RECORD_RETENTION_DAYS: whole };
const bucket = { BUCKET: name };
const headersKey = { HEADERS_KEY_ARN: arn };
const queue = { QUEUE_URL: url, DEAD_LETTER_QUEUE_URL: url };
const fleet = { GROUP_NAME: name, MAX_INSTANCES: whole };
const report = { REPORT_FUNCTION_NAME: name };
const deadlines = {
  SCHEDULE_GROUP: name,
  SCHEDULE_ROLE_ARN: arn,
  SHUTDOWN_FUNCTION_ARN: arn,
  FAILED_EVENTS_ARN: arn,
};

/**
 * Where edges are found instead of in the public DNS, for tests and for networks with their own resolver.
 * The guard against private addresses is off for the resolver's answers: setting it is the operator's explicit choice.
 */
const edges = {
  /** `HOST:PORT` of a DNS server. */
  RESOLVER: z.optional(text),
  EDGE_PORT: z.optional(whole),
  /** Path of a PEM file with the certificate authority of the edges. */
  EDGE_CA_FILE: z.optional(text),
};

/** Blob with the ranges and the addresses of edges that the operator gives. @default - DNS alone says where edges are */
const givenEdges = { EDGES_KEY: z.optional(text) };

/** Codes of PoPs that the data file does not know, such as discovery found; separated by commas. @default none */
const extraPops = { WARMPATH_EXTRA_POPS: z.optional(text) };

export const apiSettings = z.object({
  ...deployment,
  ...extraPops,
  /** URLs of an uploaded list, at most. @default 1,000,000 */
  MAX_URLS: z.optional(whole),
  ...tables,
  ...bucket,
  ...queue,
  ...fleet,
  ...report,
  ...deadlines,
  ...headersKey,
  ...edges,
  ...givenEdges,
});
export const getSizeSettings = z.object({
  ...deployment,
  ...tables,
  ...bucket,
  ...headersKey,
  ...edges,
  ...givenEdges,
  /** URLs that one sitemap or playlist may expand to. @default 1,000,000 */
  MAX_SOURCE_URLS: z.optional(whole),
});
export const taskSettings = z.object({
  ...deployment,
  ...tables,
  ...bucket,
  ...queue,
  ...report,
  ...edges,
  ...givenEdges,
  /** How long the invalidation is waited for before warming starts with a warning. */
  INVALIDATION_WAIT_SECONDS: whole,
});
export const aggregationSettings = z.object({ ...deployment, ...tables, ...report });
export const shutdownSettings = z.object({ ...deployment, ...tables, ...report });
export const reportSettings = z.object({
  ...deployment,
  ...extraPops,
  ...tables,
  ...bucket,
  ...fleet,
  ...edges,
  SCHEDULE_GROUP: name,
  TOPIC_ARN: arn,
  /** SSM parameter with the secret that webhooks are signed with. @default - they are not signed */
  WEBHOOK_SECRET_PARAMETER: z.optional(name),
});
export const popCheckSettings = z.object({
  ...deployment,
  ...extraPops,
  RESOLVER: edges.RESOLVER,
  BUCKET: z.optional(name),
  ...givenEdges,
  /** The distribution whose names are asked for. */
  DISTRIBUTION_DOMAIN: name,
});
export const agentSettings = z.object({
  ...deployment,
  ...tables,
  ...bucket,
  ...queue,
  ...headersKey,
  ...edges,
  GROUP_NAME: name,
  /** How long a received slice stays hidden from other agents; the heartbeat renews it. */
  VISIBILITY_SECONDS: whole,
  /** Deliveries after which a slice is given up: its fetches count as failed, so that its request still ends. */
  MAX_DELIVERIES: whole,
  /** Threads that warm. @default one per core */
  WORKERS: z.optional(whole),
});

/** Every runtime and the environment it reads. */
export interface Environments {
  readonly api: z.input<typeof apiSettings>;
  readonly getSize: z.input<typeof getSizeSettings>;
  readonly task: z.input<typeof taskSettings>;
  readonly aggregation: z.input<typeof aggregationSettings>;
  readonly shutdown: z.input<typeof shutdownSettings>;
  readonly report: z.input<typeof reportSettings>;
  readonly popCheck: z.input<typeof popCheckSettings>;
  readonly agent: z.input<typeof agentSettings>;
}

export type ApiSettings = z.output<typeof apiSettings>;
export type GetSizeSettings = z.output<typeof getSizeSettings>;
export type AggregationSettings = z.output<typeof aggregationSettings>;

/** Thrown where the environment lacks variables or has invalid values. The message names variables, never values. */
export class SettingsError extends WarmpathError {
  override readonly name = 'SettingsError';

  constructor(message: string, options?: ErrorOptions) {
    super('INVALID_CONFIGURATION', message, options);
  }
}

/**
 * Reads a runtime's environment once, at start.
 * @throws SettingsError that names every variable at fault.
 */
export function readSettings<S extends z.ZodMiniType>(
  schema: S,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  const read = schema.safeParse(environment);
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) =>
    environment[String(issue.path[0])] === undefined
      ? `${issue.path.join('.')} is not set`
      : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw new SettingsError(`environment: ${faults.join('; ')}. The stack sets them; deploy it again.`);
}
