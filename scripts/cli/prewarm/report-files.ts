import { createWriteStream } from 'node:fs';
import { access, chmod, constants, stat } from 'node:fs/promises';
import { dirname, extname, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ReportFormat } from '../../../lambdas/prewarm/engine/flow/blob-names';
import type { PopDirectory } from '../../../lambdas/prewarm/engine/ports/pop-directory';
import { groupFailures } from '../../../lambdas/prewarm/engine/report/failure-groups';
import { failuresCsv } from '../../../lambdas/prewarm/engine/report/failures-csv';
import { reportHtml } from '../../../lambdas/prewarm/engine/report/report-html';
import { reportJson } from '../../../lambdas/prewarm/engine/report/report-json';
import { type RequestReport, reportOf } from '../../../lambdas/prewarm/engine/report/request-report';
import type { EmbeddedEngine } from '../../../lambdas/prewarm/one-machine/engine/engine-api';
import { BadInput } from '../bad-input';
import type { Failures } from './run-report';
import type { SessionEnd } from './run-session';

type WriteReport = (report: RequestReport, failures: () => Failures) => Promise<AsyncIterable<string>>;

const WRITERS: Readonly<Record<ReportFormat, WriteReport>> = {
  html: async (report, failures) => reportHtml(report, await groupFailures(failures())),
  json: async (report, failures) => reportJson(report, await groupFailures(failures()), failures()),
  csv: async ({ record }, failures) => failuresCsv(failures(), record.spec.distributionDomain),
};

function writerFor(file: string): WriteReport | undefined {
  const ending = extname(file).toLowerCase().slice(1);
  return Object.hasOwn(WRITERS, ending) ? WRITERS[ending as ReportFormat] : undefined;
}

const REPORT_KINDS = 'a file name that ends in .html, .csv or .json';
const REPORT_PLACE = 'a file in a folder that is there and that this user may write';

/**
 * Checks a file of `--report` before hours of warming, not after them.
 * @throws BadInput where its ending says no format, or it cannot be written
 */
export async function checkReportFile(file: string): Promise<void> {
  function refused(allowed: string, cause?: unknown): BadInput {
    return new BadInput(`--report: got ${file}; allowed: ${allowed}`, { cause });
  }
  if (writerFor(file) === undefined) throw refused(REPORT_KINDS);
  try {
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory()) throw refused(REPORT_PLACE);
    await access(there === undefined ? `${dirname(file)}${sep}.` : file, constants.W_OK);
  } catch (cause) {
    throw cause instanceof BadInput ? cause : refused(REPORT_PLACE, cause);
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/**
 * Writes each file in the format that its ending says; of a run that was interrupted, with what was done until then.
 * @param mode of files that are made: reports are for whom the user's own mask lets, other than the state of the run
 */
export async function writeReportFiles(
  engine: EmbeddedEngine,
  { record, pops }: SessionEnd,
  directory: Pick<PopDirectory, 'find'>,
  files: readonly string[],
  mode: number,
): Promise<void> {
  const report = reportOf(record, pops, (code) => directory.find(code));
  for (const file of files) {
    const write = writerFor(file);
    if (write === undefined) continue;
    const isNew = !(await isThere(file));
    await pipeline(await write(report, () => engine.failures(record.id)), createWriteStream(file));
    if (isNew) await chmod(file, mode);
  }
}
