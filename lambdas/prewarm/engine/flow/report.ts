import { parseJson } from '../../../errors/json-fault';
import type { PopCode, RequestId } from '../model/ids';
import type { RequestRecord } from '../model/request';
import type { FetchFailure } from '../model/slice';
import { emptyTally, type MutableTally, mergeTally } from '../model/tally';
import type { BlobStore } from '../ports/blob-store';
import type { PopDirectory } from '../ports/pop-directory';
import type { PopStore } from '../ports/pop-store';
import type { SliceJournal } from '../ports/slice-journal';
import type { SliceLedger } from '../ports/slice-ledger';
import { groupFailures } from '../report/failure-groups';
import { failuresCsv } from '../report/failures-csv';
import { reportHtml } from '../report/report-html';
import { reportJson } from '../report/report-json';
import { reportOf } from '../report/request-report';
import { readLines } from '../text/lines';
import { reportKey } from './blob-names';

export interface ReportDeps {
  readonly pops: PopStore;
  readonly ledger: Pick<SliceLedger, 'results'>;
  readonly blobs: BlobStore;
  readonly directory: Pick<PopDirectory, 'find'>;
}

async function* failuresIn(blobs: BlobStore, keys: Iterable<string>): AsyncGenerator<FetchFailure> {
  for (const key of keys) for await (const line of readLines(blobs.read(key))) yield parseJson(line);
}

/**
 * Yields every failed fetch of a request, those of slices that were handed back included. It goes by the recorded slices: a
 * delivery that was not the one that counts may have left a failure blob that no result speaks of.
 */
export async function* failuresOf(
  { ledger, blobs, journal }: Pick<ReportDeps, 'ledger' | 'blobs'> & { readonly journal?: SliceJournal },
  id: RequestId,
): AsyncGenerator<FetchFailure> {
  for await (const { failuresKey } of ledger.results(id))
    if (failuresKey !== undefined) yield* failuresIn(blobs, [failuresKey]);
  if (journal) for await (const { progress } of journal.unrecorded(id)) yield* progress.failures;
}

/** Returns the results at one moment: what they add up to, and where their failures are listed. */
async function readResults(ledger: ReportDeps['ledger'], id: RequestId) {
  const total = emptyTally();
  const byPop = new Map<PopCode, MutableTally>();
  const failureKeys: string[] = [];
  for await (const { pop, tally, failuresKey } of ledger.results(id)) {
    const ofPop = byPop.get(pop) ?? emptyTally();
    byPop.set(pop, ofPop);
    mergeTally(ofPop, tally);
    mergeTally(total, tally);
    if (failuresKey !== undefined) failureKeys.push(failuresKey);
  }
  return { total, byPop, failureKeys };
}

/**
 * Writes `failed_pop_urls.csv`, `report.json` and `report.html`, each whole or not at all. All three and their sums speak of the
 * same results, also where slices of a stopped request are still being recorded or counted.
 */
export async function writeReport(deps: ReportDeps, record: RequestRecord): Promise<void> {
  const { blobs, directory, ledger } = deps;
  const { id, spec } = record;
  const { total, byPop, failureKeys } = await readResults(ledger, id);
  const pops = await deps.pops.all(id);
  const report = reportOf(
    { ...record, progress: total },
    pops.map((pop) => ({ ...pop, progress: byPop.get(pop.pop) ?? emptyTally() })),
    (pop) => directory.find(pop),
  );
  function failures(): AsyncGenerator<FetchFailure> {
    return failuresIn(blobs, failureKeys);
  }
  await blobs.put(reportKey(id, 'csv'), failuresCsv(failures(), spec.distributionDomain));
  const groups = await groupFailures(failures());
  await blobs.put(reportKey(id, 'json'), reportJson(report, groups, failures()));
  await blobs.put(reportKey(id, 'html'), reportHtml(report, groups));
}
