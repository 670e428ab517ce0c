/** The environment the function reads; the infrastructure imports the type, so that a wrong wiring does not compile. */
import * as z from 'zod/mini';

const name = z.string().check(z.minLength(1));
const whole = z.coerce.number().check(z.int(), z.nonnegative());

export const imageRolloutSettings = z.object({
  /** Auto Scaling group whose hosts follow the documents. */
  GROUP: name,
  /** SSM parameters of the two documents. */
  WANTED_PARAMETER: name,
  IMAGES_PARAMETER: name,
  /** Log group in which each host has a stream named by its id. */
  PREPULL_LOG_GROUP: name,
  CLUSTER: name,
  /** Family of the task definition; empty where tasks are defined elsewhere. */
  TASK_FAMILY: z.string(),
  /** Service of the cluster; empty without one. */
  SERVICE: z.string(),
  /** Platform that images must have, such as `linux/arm64`. */
  PLATFORM: name,
  /** Bytes beyond which an image is refused, because it does not fit on a disk beside current and previous. */
  IMAGE_LIMIT_BYTES: whole,
  /** Sizes of the warm pool outside of a renewal; empty without a pool. -1 as the second: the group's maximum. */
  POOL_MIN_SIZE: z.string().check(z.regex(/^\d*$/)),
  POOL_MAX_PREPARED: z.string().check(z.regex(/^(-1|\d*)$/)),
  POOL_STATE: z.enum(['', 'Stopped', 'Running', 'Hibernated']),
  POOL_RENEWAL: z.enum(['renew', 'lazy']),
  READY_PERCENT: whole,
  WAVE_BYTES: whole,
  HOSTS_TIMEOUT_SECONDS: whole,
  PREVIOUS_SECONDS: whole,
});

/** Values are text in an environment; what reads them makes numbers of those that are. */
export type ImageRolloutSettings = { readonly [Key in keyof z.infer<typeof imageRolloutSettings>]: string };

export type ParsedRolloutSettings = z.infer<typeof imageRolloutSettings>;
