/** Passes of the driver until there is something to wait for. */
import type { ImagesDocument, WantedImages } from './plan/documents';
import { nextStep } from './plan/next-step';
import type { RolloutPolicy, RolloutPool, RolloutState, Step } from './plan/state';
import type { RolloutPorts } from './rollout-ports';

/** What a caller is told after some passes. */
export interface RolloutProgress {
  /** Generation of `wanted` as it was read last. */
  readonly wantedGeneration: number;
  readonly generation: number;
  readonly document: ImagesDocument;
  /** The last step: `wait` or `done`, or any other where the passes were used up. */
  readonly step: Step;
  /** Everything that was done, in order, in words. */
  readonly done: readonly string[];
  readonly hosts: readonly HostProgress[];
  /** `undefined` without a pool. */
  readonly pool: RolloutPool | undefined;
}

export interface HostProgress {
  readonly id: string;
  readonly place: string;
  /** Whether it holds what is rolled out, or without a rollout what is current. */
  readonly ready: boolean;
  readonly failed: Readonly<Record<string, string>>;
}

/** More steps than a rollout has without a wait. */
const MOST_PASSES = 20;

export function wordsOf(step: Step): string {
  switch (step.kind) {
    case 'publish':
      return step.why;
    case 'size-pool':
      return `pool of ${step.sizes.minSize}: ${step.why}`;
    case 'retire':
      return `replaces stale pool hosts: ${step.ids.join(', ')}`;
    case 'register':
      return `registers a revision with ${Object.values(step.images).join(', ')}`;
    case 'serve':
      return `gives the service revision ${step.revision}`;
    case 'wait':
      return `waits for ${step.why}${step.hosts.length === 0 ? '' : `: ${step.hosts.join(', ')}`}`;
    case 'done':
      return 'nothing left to do';
  }
}

/** Hosts, and whether each holds these images; by default those that are rolled out. */
export function hostsOf({ hosts, images }: RolloutState, wanted?: WantedImages): HostProgress[] {
  const needed =
    wanted === undefined
      ? Object.values(images.document.images).map(({ current, next }) => next ?? current)
      : Object.values(wanted);
  return hosts.map(({ id, place, held, failed }) => ({
    id,
    place,
    ready: needed.every((reference) => held.includes(reference)),
    failed,
  }));
}

/** Does step after step until one is to wait, or nothing is left. */
export async function drive(ports: RolloutPorts, policy: RolloutPolicy): Promise<RolloutProgress> {
  const done: string[] = [];
  function progress(state: RolloutState, step: Step): RolloutProgress {
    return {
      wantedGeneration: state.wanted.generation,
      generation: state.images.generation,
      document: state.images.document,
      step,
      done,
      hosts: hostsOf(state),
      pool: state.pool,
    };
  }
  for (let pass = 1; ; pass++) {
    const state = await ports.observe();
    const step = nextStep(state, policy);
    if (step.kind === 'wait' || step.kind === 'done' || pass > MOST_PASSES) return progress(state, step);
    const why = await ports.act(step, state);
    if (why !== undefined) return progress(state, { kind: 'wait', why, hosts: [] });
    done.push(wordsOf(step));
  }
}
