import type { BlobStore, PopDirectory, PopStore, SliceLedger } from '../../ports';
import type { RequestId } from '../ids';
import { failuresCsv } from '../report/failures-csv';
import { reportHtml } from '../report/report-html';
import { reportJson } from '../report/report-json';
import { reportOf } from '../report/request-report';
import type { RequestRecord } from '../request';
import type { FetchFailure } from '../slice';
import { readLines } from '../warming/lines';

export interface ReportDeps {
  readonly pops: PopStore;
  readonly ledger: Pick<SliceLedger, 'results'>;
  readonly blobs: BlobStore;
  readonly directory: Pick<PopDirectory, 'find'>;
}

/**
 * Every failed fetch of a request. It goes by the recorded slices: a delivery that was cut short, or was not the one that
 * counts, may have left a failure blob that no result speaks of.
 */
export async function* failuresOf(
  { ledger, blobs }: Pick<ReportDeps, 'ledger' | 'blobs'>,
  id: RequestId,
): AsyncGenerator<FetchFailure> {
  for await (const { failuresKey } of ledger.results(id)) {
    if (failuresKey === undefined) continue;
    for await (const line of readLines(blobs.read(failuresKey))) yield JSON.parse(line);
  }
}

/** Writes `failed_pop_urls.csv`, `report.json` and `report.html`, each whole or not at all. */
export const writeReport = async (deps: ReportDeps, record: RequestRecord): Promise<void> => {
  const { blobs, directory } = deps;
  const { id, spec } = record;
  const report = reportOf(record, await deps.pops.all(id), (pop) => directory.find(pop));
  await blobs.put(`${id}/failed_pop_urls.csv`, failuresCsv(failuresOf(deps, id), spec.distributionDomain));
  await blobs.put(`${id}/report.json`, reportJson(report, failuresOf(deps, id)));
  await blobs.put(`${id}/report.html`, reportHtml(report, failuresOf(deps, id)));
};
