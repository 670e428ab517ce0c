import type { RequestRecord } from '../model/request';
import type { RequestReport } from './request-report';

/** What became of every fetch that was asked for. `requested` = `warm` + `failed` + `notDone`. */
export interface Asked {
  readonly requested: number;
  readonly warm: number;
  /** Those through PoPs without an address included: they were asked for, and the objects are not there. */
  readonly failed: number;
  /** Never made, because the request was stopped. */
  readonly notDone: number;
  /** The part of `failed` that PoPs without an address account for. */
  readonly withoutAddress: number;
}

/** Fetches that a request asks for through each of its PoPs; until the list is sized, those of the URLs accepted. */
export function fetchesPerPop({ acceptedUrlCount, spec, totals }: RequestRecord): number {
  return (totals?.urlCount ?? acceptedUrlCount) * spec.encodings.length;
}

export function askedOf({ record, figures, pops }: RequestReport): Asked {
  const perPop = fetchesPerPop(record);
  const requested = record.spec.pops.length * perPop;
  const withoutAddress = pops.filter(({ status }) => status === 'FAILED').length * perPop;
  const failed = figures.failed + withoutAddress;
  return {
    requested,
    warm: figures.warm,
    failed,
    notDone: requested - figures.warm - failed,
    withoutAddress,
  };
}
