/** The environment the function reads; the infrastructure imports the type, so that a wrong wiring does not compile. */
import * as z from 'zod/mini';

const name = z.string().check(z.minLength(1));

export const taskStartMetricsSettings = z.object({
  /** Table whose key `id` remembers what was counted. */
  COUNTED_TABLE: name,
  METRICS_NAMESPACE: name,
  /** Cluster and capacity provider whose draining instances are looked at. */
  CLUSTER: name,
  CAPACITY_PROVIDER: name,
});

export type TaskStartMetricsSettings = z.infer<typeof taskStartMetricsSettings>;
