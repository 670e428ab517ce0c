/** When what happened to a task, in milliseconds since 1970, as ECS reports it. */
export interface TaskTimes {
  readonly createdAt: number;
  readonly startedAt?: number | undefined;
  readonly pullStartedAt?: number | undefined;
  readonly pullStoppedAt?: number | undefined;
}

/** Where the time of a start went, in seconds; the parts add up to the total. */
export interface TaskSpans {
  /** Created to running. */
  readonly totalSeconds: number;
  /** Created to the pull, or to running where nothing was pulled. */
  readonly placementSeconds: number;
  /** Absent on a cache hit: a container that starts from the instance's disk has no pull times at all. */
  readonly pull?: { readonly pullSeconds: number; readonly containerStartSeconds: number };
}

/** `undefined` for a task that has not run (yet). */
export function spansOf({
  createdAt,
  startedAt,
  pullStartedAt,
  pullStoppedAt,
}: TaskTimes): TaskSpans | undefined {
  if (startedAt === undefined) return undefined;
  return {
    totalSeconds: seconds(createdAt, startedAt),
    placementSeconds: seconds(createdAt, pullStartedAt ?? startedAt),
    ...(pullStartedAt !== undefined && pullStoppedAt !== undefined
      ? {
          pull: {
            pullSeconds: seconds(pullStartedAt, pullStoppedAt),
            containerStartSeconds: seconds(pullStoppedAt, startedAt),
          },
        }
      : {}),
  };
}

/** Clocks of agent and service may differ by a little: a negative span counts as none. */
function seconds(fromMillis: number, toMillis: number): number {
  return Math.max(0, (toMillis - fromMillis) / 1000);
}
