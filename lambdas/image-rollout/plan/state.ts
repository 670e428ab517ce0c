/** What one pass of the driver looks at, and what it may do about it. */
import type { PoolSizes, SizedBy } from '../../warm-pool/plan/pool-plan';
import type { ImagesDocument, Reference, StopReason, Versioned, WantedImages } from './documents';

/** Where a host is in the life of its group. */
export type HostPlace =
  | 'in-service'
  /** On its way into service. */
  | 'launching'
  /** In the pool and asleep (stopped or hibernated): it pulls nothing. */
  | 'pool-asleep'
  /** In the pool and awake: it pulls like a host in service. */
  | 'pool-awake'
  /** On its way into the pool. */
  | 'pool-launching'
  | 'leaving';

export interface Host {
  readonly id: string;
  readonly place: HostPlace;
  /** Images that it last said are on its disk; empty where it has said nothing. */
  readonly held: readonly Reference[];
  /** Generation of the images document that it went by then; 0 where it has said nothing. */
  readonly generation: number;
  /** Images whose pull it gave up, by reference, with the reason, such as `unknown-digest`. */
  readonly failed: Readonly<Record<Reference, string>>;
}

/** Whether an image can be pulled, as its registry says now. */
export type ImageCheck =
  | { readonly kind: 'ok'; readonly sizeBytes: number }
  | { readonly kind: 'refused'; readonly reason: StopReason }
  /** A registry that is not asked, such as one outside ECR. */
  | { readonly kind: 'unchecked' };

/** The newest active revision of the task definition. */
export interface Revision {
  readonly number: number;
  /** Image of each container, by the container's name. */
  readonly images: Readonly<Record<string, Reference>>;
}

/** The sizes of a pool as they are, and as they are to be outside of a renewal. */
export interface RolloutPool {
  readonly now: PoolSizes;
  readonly normal: PoolSizes;
  /** What decided the normal size. */
  readonly by: SizedBy;
  /** Why the configured size had to do, where another was planned. */
  readonly problem?: string;
}

export interface RolloutState {
  readonly nowSeconds: number;
  readonly wanted: Versioned<WantedImages>;
  readonly images: Versioned<ImagesDocument>;
  readonly hosts: readonly Host[];
  /** `undefined` where tasks are defined elsewhere. */
  readonly revision: Revision | undefined;
  /** Revision that the service runs; `undefined` without a service. */
  readonly serviceRevision: number | undefined;
  /** Of every wanted image. */
  readonly checks: Readonly<Record<Reference, ImageCheck>>;
  /** `undefined` without a pool. */
  readonly pool: RolloutPool | undefined;
}

export interface RolloutPolicy {
  /** Share of hosts in service that must hold `next` before the switch, in per cent. @default 100 */
  readonly readyPercent: number;
  /** Bytes that hosts in service may pull at once, all together; a wave has at least one host. */
  readonly waveBytes: number;
  /** Bound of each wait for hosts. */
  readonly hostsTimeoutSeconds: number;
  /** How long a host may be on its way into the pool at most: what is on its way after that launched meanwhile. */
  readonly launchTimeoutSeconds: number;
  /** `renew` replaces stale hosts of the pool before the switch, `lazy` leaves them to scale-out. */
  readonly pool: 'renew' | 'lazy';
  /** Stale pool hosts that are replaced at once, and the size of the surge, at first. */
  readonly poolSurge: number;
  /** After so long without an end the surge is twice as large, and so on up to the size of the pool. */
  readonly poolSurgeDoublesSeconds: number;
  readonly poolTimeoutSeconds: number;
  /** How long `previous` is kept after a switch. */
  readonly previousSeconds: number;
}

export const DEFAULT_POLICY: RolloutPolicy = {
  readyPercent: 100,
  waveBytes: 20e9,
  hostsTimeoutSeconds: 3_600,
  launchTimeoutSeconds: 1_200,
  pool: 'renew',
  poolSurge: 1,
  poolSurgeDoublesSeconds: 900,
  poolTimeoutSeconds: 7_200,
  previousSeconds: 7 * 24 * 3_600,
};

/** One thing to do; everything is looked at anew afterwards. */
export type Step =
  /** Write the images document. */
  | { readonly kind: 'publish'; readonly document: ImagesDocument; readonly why: string }
  /** Give the pool these sizes. */
  | { readonly kind: 'size-pool'; readonly sizes: PoolSizes; readonly why: string }
  /** Write the document, then have these pool hosts replaced, each only if it still sleeps in the pool. */
  | { readonly kind: 'retire'; readonly document: ImagesDocument; readonly ids: readonly string[] }
  /** Register a copy of the newest revision with these images: for callers by family this is the switch. */
  | { readonly kind: 'register'; readonly images: WantedImages }
  /** Give the service the revision, then write the document, which says so. */
  | { readonly kind: 'serve'; readonly document: ImagesDocument; readonly revision: number }
  | { readonly kind: 'wait'; readonly why: string; readonly hosts: readonly string[] }
  | { readonly kind: 'done' };
