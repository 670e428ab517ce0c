/** The environment the function reads; the infrastructure imports the type, so that a wrong wiring does not compile. */
import * as z from 'zod/mini';

const MINUTES_OF_WEEK = 7 * 1440;
const whole = z.number().check(z.int(), z.nonnegative());

const poolWindow = z.object({
  /** Begin, in minutes since Monday, 00:00, by the local clock. */
  startMinute: whole.check(z.lt(MINUTES_OF_WEEK)),
  /** Length; a window may go on over Sunday's midnight. */
  minutes: whole.check(z.positive(), z.lte(MINUTES_OF_WEEK)),
  minSize: whole,
});

const demand = z.object({
  coveredPercent: z.number().check(z.positive(), z.lte(100)),
  minSize: whole,
  maxSize: whole,
  refillSeconds: whole.check(z.positive()),
});

const poolPlan = z.object({
  /** IANA name. */
  timeZone: z.string().check(z.minLength(1)),
  /** No two of them overlap. */
  windows: z.array(poolWindow),
  /** `null` where the pool follows no demand. */
  demand: z.nullable(demand),
});

/** When a pool has another size than the configured one. */
export type PoolPlan = z.infer<typeof poolPlan>;

const name = z.string().check(z.minLength(1));

/** What every program that sizes the pool reads; the driver of rollouts has it in its environment too. */
export const poolSettings = {
  /** Auto Scaling group of the pool. */
  GROUP: name,
  /** Sizes of the pool where nothing else is planned; empty without a pool. -1 as the second: the group's maximum. */
  POOL_MIN_SIZE: z.string().check(z.regex(/^\d*$/)),
  POOL_MAX_PREPARED: z.string().check(z.regex(/^(-1|\d*)$/)),
  POOL_STATE: z.enum(['', 'Stopped', 'Running', 'Hibernated']),
  /** Namespace of the metrics that count launches. */
  METRICS_NAMESPACE: name,
  /** The plan as JSON; empty for the same size at all times. */
  POOL_PLAN: z.pipe(
    z.string(),
    z.transform((text, context) => {
      if (text === '') return undefined;
      const plan = poolPlan.safeParse(jsonOf(text));
      if (plan.success) return plan.data;
      context.issues.push({ code: 'custom', message: z.prettifyError(plan.error), input: text });
      return z.NEVER;
    }),
  ),
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const warmPoolSettings = z.object(poolSettings);

/** Values are text in an environment; what reads them makes numbers and a plan of those that are. */
export type WarmPoolFunctionSettings = { readonly [Key in keyof typeof poolSettings]: string };

export type ParsedPoolSettings = z.infer<typeof warmPoolSettings>;
