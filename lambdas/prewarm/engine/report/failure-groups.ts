import type { PopCode } from '../model/ids';
import type { FetchOutcome } from '../model/outcome';
import type { FetchFailure } from '../model/slice';
import { ADVICE, type FailureKind } from './advice';
import { describeOutcome } from './describe-outcome';

/** URLs of one cause that are told apart; further ones are counted. */
export const MAX_URLS_PER_GROUP = 200;
/** Causes that are told apart; further ones share a group per kind. */
const MAX_GROUPS = 100;
/** PoPs that are named per URL; further ones are counted. */
const MAX_POPS_PER_URL = 50;

/** The failures of one URL for one cause. */
export interface FailedUrl {
  readonly url: string;
  /** Fetches, over PoPs and encodings. */
  readonly fetches: number;
  /** The first ones. */
  readonly pops: readonly PopCode[];
  /** Exact also where not all are named. */
  readonly popCount: number;
}

/** The failures of one cause. */
export interface FailureGroup {
  readonly outcome: FailureKind;
  /** One cause in a few words, such as `HTTP 404`. */
  readonly cause: string;
  readonly httpStatus?: number;
  /** Fetches. */
  readonly fetches: number;
  readonly advice: string;
  /** The URLs with the most failures first. */
  readonly urls: readonly FailedUrl[];
  /** Fetches of URLs that are not among `urls`. */
  readonly fetchesOfOtherUrls: number;
}

/** Returns what failures have in common that have one cause: without sizes, times and names, which differ from fetch to fetch. */
function causeOf(outcome: FetchOutcome): string {
  switch (outcome.kind) {
    case 'redirect':
    case 'http-error':
      return `HTTP ${outcome.status}`;
    case 'truncated':
      return 'truncated';
    case 'wrong-pop':
      return 'answered by another PoP';
    case 'timed-out':
      return `timed out (${outcome.phase})`;
    case 'unreachable':
      return `unreachable (${outcome.reason})`;
    default:
      return describeOutcome(outcome);
  }
}

interface GrowingUrl {
  readonly url: string;
  fetches: number;
  readonly pops: Set<PopCode>;
}

interface GrowingGroup {
  readonly outcome: FailureKind;
  readonly cause: string;
  readonly httpStatus?: number;
  fetches: number;
  readonly urls: Map<string, GrowingUrl>;
  fetchesOfOtherUrls: number;
}

function kindOf(outcome: FetchOutcome): FailureKind {
  // A failure is by definition none of the two that leave the object on the edge.
  return outcome.kind === 'warmed' || outcome.kind === 'already-warm' ? 'refused' : outcome.kind;
}

/** Groups failures by cause and URL, one at a time and in bounded memory. */
export class FailureGroups {
  private readonly groups = new Map<string, GrowingGroup>();

  add({ outcome, url, pop }: FetchFailure): void {
    const group = this.groupOf(outcome);
    group.fetches += 1;
    const known = group.urls.get(url);
    if (known === undefined && group.urls.size >= MAX_URLS_PER_GROUP) {
      group.fetchesOfOtherUrls += 1;
      return;
    }
    const entry = known ?? { url, fetches: 0, pops: new Set<PopCode>() };
    if (known === undefined) group.urls.set(url, entry);
    entry.fetches += 1;
    entry.pops.add(pop);
  }

  /** Returns those with the most failures first. */
  get all(): readonly FailureGroup[] {
    return [...this.groups.values()]
      .sort((a, b) => b.fetches - a.fetches)
      .map(({ urls, ...group }) => ({
        ...group,
        advice: ADVICE[group.outcome],
        urls: [...urls.values()]
          .sort((a, b) => b.fetches - a.fetches)
          .map(({ url, fetches, pops }) => ({
            url,
            fetches,
            pops: [...pops].slice(0, MAX_POPS_PER_URL),
            popCount: pops.size,
          })),
      }));
  }

  private groupOf(outcome: FetchOutcome): GrowingGroup {
    const kind = kindOf(outcome);
    const isRoomLeft = this.groups.size < MAX_GROUPS || this.groups.has(`${kind} ${causeOf(outcome)}`);
    const cause = isRoomLeft ? causeOf(outcome) : 'other causes';
    const key = `${kind} ${cause}`;
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    const group: GrowingGroup = {
      outcome: kind,
      cause,
      ...('status' in outcome && kind === 'http-error' && { httpStatus: outcome.status }),
      fetches: 0,
      urls: new Map(),
      fetchesOfOtherUrls: 0,
    };
    this.groups.set(key, group);
    return group;
  }
}

/** Groups a stream of failures by cause and URL. */
export async function groupFailures(
  failures: AsyncIterable<FetchFailure> | Iterable<FetchFailure>,
): Promise<readonly FailureGroup[]> {
  const groups = new FailureGroups();
  for await (const failure of failures) groups.add(failure);
  return groups.all;
}
