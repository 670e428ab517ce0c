import type { PopRecord, RequestRecord } from '../model/request';
import type { PopReport, RequestReport } from './request-report';

/** What became of every fetch that was asked for. `requested` = `warm` + `failed` + `notDone`. */
export interface Asked {
  readonly requested: number;
  readonly warm: number;
  /** Those through named PoPs without an address included: they were asked for, and the objects are not there. */
  readonly failed: number;
  /** Never made, because the request was stopped. */
  readonly notDone: number;
  /** The part of `failed` that named PoPs without an address account for. */
  readonly withoutAddress: number;
  /** PoPs that failed and count. */
  readonly failedPops: readonly PopReport[];
  /** PoPs of a place that do not serve the distribution. Nothing was asked of them. */
  readonly leftOut: readonly PopReport[];
}

/** Fetches that a request asks for through each of its PoPs; until the list is sized, those of the URLs accepted. */
export function fetchesPerPop({ acceptedUrlCount, spec, totals }: RequestRecord): number {
  return (totals?.urlCount ?? acceptedUrlCount) * spec.encodings.length;
}

/** Returns whether a PoP is left out: nobody named it, a place stands for it, and it does not serve the distribution. */
export function isLeftOut({ spec }: RequestRecord, pop: Pick<PopRecord, 'status' | 'hasNoAddress'>): boolean {
  return spec.popsFrom === 'place' && pop.status === 'FAILED' && pop.hasNoAddress === true;
}

/** Adds up what became of the fetches that a request asked for. */
export function askedOf({ record, figures, pops }: RequestReport): Asked {
  const perPop = fetchesPerPop(record);
  const leftOut = pops.filter((pop) => isLeftOut(record, pop));
  const failedPops = pops.filter((pop) => pop.status === 'FAILED' && !isLeftOut(record, pop));
  const requested = (record.spec.pops.length - leftOut.length) * perPop;
  const withoutAddress = failedPops.length * perPop;
  const failed = figures.failed + withoutAddress;
  return {
    requested,
    warm: figures.warm,
    failed,
    notDone: requested - figures.warm - failed,
    withoutAddress,
    failedPops,
    leftOut,
  };
}
