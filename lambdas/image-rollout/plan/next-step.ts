/**
 * The driver's decision: a function of what is, not of what happened. A driver that was killed anywhere, or that comes twice, finds
 * the same state and goes on from there.
 */
import { isSameSize } from '../../warm-pool/plan/pool-plan';
import type {
  ImageSlots,
  Images,
  ImagesDocument,
  Phase,
  Reference,
  StopReason,
  WantedImages,
} from './documents';
import { renewPool } from './pool-renewal';
import type { Host, RolloutPolicy, RolloutState, Step } from './state';
import { isInWave, nextWave } from './wave';

/** Returns the one next thing to do. */
export function nextStep(state: RolloutState, policy: RolloutPolicy): Step {
  const { document } = state.images;
  if (document.wanted !== state.wanted.generation) return takeUp(state, policy);
  switch (document.phase) {
    case 'fill':
      return fill(state, policy);
    case 'switch':
      return switchOver(state, policy);
    case 'settled':
    case 'stopped':
      return settle(state, policy);
  }
}

/** Images by name that the document names in one of its slots. */
function slotOf(images: Images, slot: keyof ImageSlots): WantedImages {
  return Object.fromEntries(
    Object.entries(images).flatMap(([name, slots]) => {
      const reference = slots[slot];
      return reference === undefined ? [] : [[name, reference] as const];
    }),
  );
}

function holds({ held }: Host, images: WantedImages): boolean {
  return Object.values(images).every((reference) => held.includes(reference));
}

function isAt(...places: readonly Host['place'][]): (host: Host) => boolean {
  return ({ place }) => places.includes(place);
}

function idsOf(hosts: readonly Host[]): string[] {
  return hosts.map(({ id }) => id);
}

/** Whether the revision names other images than these. */
function differs({ revision }: RolloutState, images: WantedImages): boolean {
  if (revision === undefined) return false;
  return Object.entries(images).some(([name, reference]) => {
    const running = revision.images[name];
    return running !== undefined && running !== reference;
  });
}

function refusal({ checks }: RolloutState, images: WantedImages): StopReason | undefined {
  for (const reference of Object.values(images)) {
    const check = checks[reference];
    if (check?.kind === 'refused') return check.reason;
  }
  return undefined;
}

/**
 * What `previous` becomes when `next` is dropped. From the switch on `next` may have been registered: tasks of that revision may still
 * start, and need it more than a rollback needs what was before.
 */
function keptPrevious({ images: { document } }: RolloutState, slots: ImageSlots): Reference | undefined {
  return document.phase === 'switch' ? (slots.next ?? slots.previous) : slots.previous;
}

function withSlots(
  images: Images,
  change: (slots: ImageSlots, name: string) => { [Key in keyof ImageSlots]?: Reference | undefined },
): Images {
  return Object.fromEntries(
    Object.entries(images).map(([name, slots]) => {
      const { next, previous, current } = { ...slots, ...change(slots, name) };
      return [
        name,
        {
          current: current ?? slots.current,
          ...(next !== undefined && { next }),
          ...(previous !== undefined && { previous }),
        },
      ];
    }),
  );
}

function entering(state: RolloutState, phase: Phase, change: Partial<ImagesDocument>): ImagesDocument {
  const { reason: _, ...document } = state.images.document;
  return { ...document, phase, since: state.nowSeconds, ...change };
}

function stop(state: RolloutState, reason: StopReason): Step {
  const back = takeBack(state);
  if (back !== undefined) return back;
  const { images } = state.images.document;
  const document = entering(state, 'stopped', {
    wanted: state.wanted.generation,
    wave: 0,
    reason,
    images: withSlots(images, (slots) => ({
      next: undefined,
      previous: keptPrevious(state, slots),
    })),
  });
  return { kind: 'publish', document, why: `stopped: ${reason}` };
}

/**
 * Takes a registered `next` back before the document stops to hold launches back for it; `undefined` where it is not registered. All
 * hosts hold current.
 */
function takeBack(state: RolloutState): Step | undefined {
  const { document } = state.images;
  const current = slotOf(document.images, 'current');
  if (document.phase !== 'switch' || !differs(state, current)) return undefined;
  return { kind: 'register', images: current };
}

/** A new generation of `wanted`: what ran before it is superseded, wherever it was. */
function takeUp(state: RolloutState, policy: RolloutPolicy): Step {
  const { document } = state.images;
  const wanted = state.wanted.document;
  if (Object.keys(wanted).some((name) => document.images[name] === undefined))
    return stop(state, 'unknown-image');
  const changed = Object.fromEntries(
    Object.entries(wanted).filter(([name, reference]) => document.images[name]?.current !== reference),
  );
  const refused = refusal(state, changed);
  if (refused !== undefined) return stop(state, refused);
  const back = takeBack(state);
  if (back !== undefined) return back;
  const images = withSlots(document.images, (slots, name) => ({
    next: changed[name],
    previous: keptPrevious(state, slots),
  }));
  const common = { wanted: state.wanted.generation, begun: state.images.generation, retired: 0, images };
  if (Object.keys(changed).length === 0) {
    const settled = entering(state, 'settled', { ...common, wave: 0 });
    return { kind: 'publish', document: settled, why: 'the wanted images are current' };
  }
  const lacking = state.hosts.filter(isAt('in-service')).filter((host) => !holds(host, changed));
  const wave = nextWave(idsOf(lacking), 0, hostsAtOnce(state, changed, policy));
  return {
    kind: 'publish',
    document: entering(state, 'fill', { ...common, wave }),
    why: `next is published, for ${wave} % of the hosts`,
  };
}

function hostsAtOnce({ checks }: RolloutState, images: WantedImages, { waveBytes }: RolloutPolicy): number {
  const sizeBytes = Object.values(images).reduce((sum, reference) => {
    const check = checks[reference];
    return sum + (check?.kind === 'ok' ? check.sizeBytes : 0);
  }, 0);
  // Of an image that nobody could measure, one host at a time.
  return sizeBytes === 0 ? 1 : Math.max(1, Math.floor(waveBytes / sizeBytes));
}

/** What ends a rollout that is under way, whichever phase it is in. */
function troubleWith(state: RolloutState, next: WantedImages, policy: RolloutPolicy): StopReason | undefined {
  const withdrawn = refusal(state, next);
  if (withdrawn !== undefined) return withdrawn;
  const { begun } = state.images.document;
  const failed = state.hosts.filter(
    (host) =>
      host.generation > begun &&
      host.place !== 'leaving' &&
      Object.values(next).some((reference) => host.failed[reference] !== undefined),
  );
  const serving = state.hosts.filter(isAt('in-service')).length;
  const tolerated = Math.floor(((100 - policy.readyPercent) / 100) * serving);
  return failed.length > tolerated ? 'pull-failed' : undefined;
}

function fill(state: RolloutState, policy: RolloutPolicy): Step {
  const { document } = state.images;
  const next = slotOf(document.images, 'next');
  const trouble = troubleWith(state, next, policy);
  if (trouble !== undefined) return stop(state, trouble);
  const serving = state.hosts.filter(isAt('in-service'));
  const lacking = serving.filter((host) => isInWave(host.id, document.wave) && !holds(host, next));
  if (!isReady(serving, lacking, policy)) {
    if (isOver(state, policy.hostsTimeoutSeconds)) return stop(state, 'hosts-timed-out');
    return { kind: 'wait', why: `hosts of the wave of ${document.wave} %`, hosts: idsOf(lacking) };
  }
  if (document.wave < 100) {
    const outside = serving.filter((host) => !holds(host, next));
    const wave = nextWave(idsOf(outside), document.wave, hostsAtOnce(state, next, policy));
    return {
      kind: 'publish',
      document: entering(state, 'fill', { wave }),
      why: `the wave grows to ${wave} %`,
    };
  }
  const pool = renewPool(state, policy, (host) => holds(host, next));
  if (pool.kind === 'stop') return stop(state, pool.reason);
  if (pool.kind === 'step') return pool.step;
  return {
    kind: 'publish',
    document: entering(state, 'switch', {}),
    why: 'hosts that launch wait for next from now on',
  };
}

function isReady(
  serving: readonly Host[],
  lacking: readonly Host[],
  { readyPercent }: RolloutPolicy,
): boolean {
  return serving.length - lacking.length >= (serving.length * readyPercent) / 100;
}

function isOver({ images: { document }, nowSeconds }: RolloutState, seconds: number): boolean {
  return nowSeconds - document.since >= seconds;
}

/** Hosts that launched before the switch was published entered service for `current` alone: they are waited for as well. */
function switchOver(state: RolloutState, policy: RolloutPolicy): Step {
  const { document } = state.images;
  const next = slotOf(document.images, 'next');
  const trouble = troubleWith(state, next, policy);
  if (trouble !== undefined) return stop(state, trouble);
  if (state.revision !== undefined && !differs(state, next)) return settled(state, policy);
  const serving = state.hosts.filter(isAt('in-service'));
  const lacking = serving.filter((host) => !holds(host, next));
  const launching = state.hosts.filter((host) => host.place === 'launching' && !holds(host, next));
  if (launching.length > 0 || !isReady(serving, lacking, policy)) {
    if (isOver(state, policy.hostsTimeoutSeconds)) return stop(state, 'hosts-timed-out');
    return {
      kind: 'wait',
      why: 'hosts that launched before the switch',
      hosts: idsOf([...lacking, ...launching]),
    };
  }
  return state.revision === undefined ? settled(state, policy) : { kind: 'register', images: next };
}

/** The registered images become current. */
function settled(state: RolloutState, policy: RolloutPolicy): Step {
  const { images } = state.images.document;
  const document = entering(state, 'settled', {
    wave: 0,
    previousUntil: state.nowSeconds + policy.previousSeconds,
    images: withSlots(images, (slots) =>
      slots.next === undefined ? {} : { current: slots.next, next: undefined, previous: slots.current },
    ),
  });
  return { kind: 'publish', document, why: 'next is current' };
}

/** Nothing is rolled out: what a rollout, an apply or a circuit breaker left behind is put right. */
function settle(state: RolloutState, policy: RolloutPolicy): Step {
  const { hosts, images, nowSeconds, pool, revision, serviceRevision } = state;
  const { document } = images;
  const current = slotOf(document.images, 'current');
  if (pool !== undefined && !isSameSize(pool.now, pool.normal))
    return { kind: 'size-pool', sizes: pool.normal, why: `the size by ${pool.by}` };
  if (differs(state, current)) {
    const serving = hosts.filter(isAt('in-service'));
    const lacking = serving.filter((host) => !holds(host, current));
    if (!isReady(serving, lacking, policy))
      return { kind: 'wait', why: 'hosts that lack the current images', hosts: idsOf(lacking) };
    return { kind: 'register', images: current };
  }
  if (
    revision !== undefined &&
    serviceRevision !== undefined &&
    serviceRevision !== revision.number &&
    document.served !== revision.number
  )
    return { kind: 'serve', document: { ...document, served: revision.number }, revision: revision.number };
  if (document.previousUntil !== undefined && nowSeconds >= document.previousUntil) {
    const { previousUntil: _, ...rest } = document;
    return {
      kind: 'publish',
      document: { ...rest, images: withSlots(document.images, () => ({ previous: undefined })) },
      why: 'the window of previous is over',
    };
  }
  return { kind: 'done' };
}
