/** The environment the function reads; the infrastructure imports the type, so that a wrong wiring does not compile. */
import * as z from 'zod/mini';
import { poolSettings } from '../warm-pool/settings';

const name = z.string().check(z.minLength(1));
const whole = z.coerce.number().check(z.int(), z.nonnegative());

export const imageRolloutSettings = z.object({
  ...poolSettings,
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
  POOL_RENEWAL: z.enum(['renew', 'lazy']),
  READY_PERCENT: whole,
  WAVE_BYTES: whole,
  HOSTS_TIMEOUT_SECONDS: whole,
  /** Time of the launch hook, after which no launch is underway any more. */
  LAUNCH_TIMEOUT_SECONDS: whole,
  PREVIOUS_SECONDS: whole,
});

/** Values are text in an environment; what reads them makes numbers of those that are. */
export type ImageRolloutSettings = { readonly [Key in keyof z.infer<typeof imageRolloutSettings>]: string };

export type ParsedRolloutSettings = z.infer<typeof imageRolloutSettings>;
