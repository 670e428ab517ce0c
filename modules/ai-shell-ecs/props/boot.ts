export interface PrepullProps {
  /**
   * All images together. Pulls are tried again until it is over, whatever they fail of, so that an outage of the registry
   * does not make the group launch and abandon in a circle; the lifecycle hook waits a little longer. @default 900
   */
  readonly timeoutSeconds?: number;
  /** Free disk below which superseded images are removed first. @default 4096 */
  readonly minFreeMib?: number;
  /** Superseded digests kept per repository, for a quick rollback. @default 1 */
  readonly keepSuperseded?: number;
  /** Images that no container used for so long, and nobody wants, are removed; the agent itself removes none. @default 168 */
  readonly unusedImageHours?: number;
  /** What becomes of an instance that could not pull: replaced, or used cold. @default 'ABANDON' */
  readonly onFailure?: 'ABANDON' | 'CONTINUE';
  /** Heartbeat of the launch lifecycle hook, 30-7,200 s. @default - timeoutSeconds + 300 */
  readonly hookTimeoutSeconds?: number;
}

/** ECS agent settings; what follows from other props (cluster, warm pool, Spot) is not here. */
export interface AgentProps {
  /** @default 'prefer-cached' */
  readonly imagePullBehavior?: 'default' | 'always' | 'once' | 'prefer-cached';
  /** SIGTERM to SIGKILL for containers without their own, as a Go duration with unit. @default '30s' */
  readonly containerStopTimeout?: string;
  /** @default 256 */
  readonly reservedMemoryMib?: number;
  /** Stopped containers are removed after this Go duration. @default '10m' */
  readonly taskCleanupWait?: string;
  /** Refused: it deletes pre-pulled images that no task has used yet. @default false */
  readonly untrackedImageCleanup?: boolean;
  /** Keeps awsvpc tasks away from the instance's credentials. @default true */
  readonly blockImdsForAwsvpc?: boolean;
  /** Attributes for placement constraints, read at first registration. @default none */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Further variables of the agent, verbatim. @default none */
  readonly extra?: Readonly<Record<string, string>>;
}

/**
 * Shell text for bash beside the user data here, at the first boot of an instance alone; each part stops at its first failure.
 * Whatever is needed at every boot belongs into a systemd unit that a part installs.
 */
export interface UserDataProps {
  /**
   * Runs before the pre-pull, such as a proxy of Docker. Where it fails, the instance fails as by a pull, and is replaced or used
   * as `prepull.onFailure` says. Its time counts towards `prepull.hookTimeoutSeconds`. @default none
   */
  readonly beforeGate?: string;
  /**
   * Runs after the pre-pull, before the agent, such as an agent for logs. The launch hook does not wait for it: on the way into
   * a pool the instance may be stopped in its middle. @default none
   */
  readonly afterGate?: string;
}
