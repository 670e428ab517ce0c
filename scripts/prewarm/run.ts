import { createWriteStream, rmSync } from 'node:fs';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { EmbeddedEngine } from '../../lambdas/prewarm/embedded/engine-api';
import { BAD_INPUT, FAILED } from '../exit-codes';
import { paintFor } from '../terminal/paint';
import { BadInput } from './bad-input';
import { type Interrupt, listenForInterrupt } from './interrupt';
import { ProgressPrinter } from './progress';
import { openRunEngine } from './run-engine';
import { asBadInput, prepareRun } from './run-input';
import type { RunOptions } from './run-options';
import { renderJson, renderReport } from './run-report';
import { runSession, type SessionEnd } from './run-session';
import { findSurroundings } from './run-surroundings';
import { type FailureEntry, failureEntry, popFailureEntries, type RunSummary, summarise } from './summary';

/** Blobs of a finished request by the ending of a report file. */
const REPORT_BLOBS: Readonly<Record<string, string>> = {
  '.html': 'report.html',
  '.json': 'report.json',
  '.csv': 'failed_pop_urls.csv',
};

/**
 * Warms LIST from this machine, with progress on standard error and the report on standard output.
 * Answers the exit code: 0 all warm, 1 some are not, 2 bad input, 128 + signal when interrupted.
 */
export const runPrewarm = async (list: string | undefined, options: RunOptions): Promise<number> => {
  const scratchDir = await mkdtemp(join(tmpdir(), 'warmpath-run-'));
  const interrupt = listenForInterrupt(() => rmSync(scratchDir, { recursive: true, force: true }));
  try {
    return await warm(list, options, scratchDir, interrupt);
  } catch (thrown) {
    // The list is checked while it is submitted, so what is wrong with a URL comes from there.
    const error = asBadInput(thrown);
    if (!(error instanceof BadInput)) throw error;
    process.stderr.write(`warmpath: ${error.message}\n`);
    return BAD_INPUT;
  } finally {
    interrupt.release();
    await rm(scratchDir, { recursive: true, force: true });
  }
};

const warm = async (
  list: string | undefined,
  options: RunOptions,
  scratchDir: string,
  interrupt: Interrupt,
): Promise<number> => {
  const printer = new ProgressPrinter(process.stderr, paintFor(process.stderr));
  await checkReportFiles(options.report ?? []);
  const surroundings = await findSurroundings(options);
  const run = await prepareRun(list, options, surroundings, scratchDir);
  const engine = await openRunEngine(run, options, join(scratchDir, 'data'), surroundings, printer);
  try {
    const end = await runSession(engine, run, printer, interrupt);
    const summary = summarise(end.record, end.pops, end.seconds, stoppedSentence(end, options));
    await printReport(engine, end, summary, options);
    if (end.interruptedWith !== undefined) return end.interruptedWith;
    await writeReportFiles(engine, end, options.report ?? []);
    return summary.requested > 0 && summary.failed === 0 && summary.notDone === 0 ? 0 : FAILED;
  } finally {
    await engine.close();
  }
};

/** Why a run did not come to its end, and what to do, in a sentence; nothing where it did. */
const stoppedSentence = (
  { record, interruptedWith }: SessionEnd,
  options: RunOptions,
): string | undefined => {
  if (interruptedWith !== undefined) {
    return options.dataDir === undefined
      ? 'Interrupted. With --data-dir the next run of the same list would go on here.'
      : 'Interrupted. The same command goes on here.';
  }
  if (record.status !== 'STOPPED') return record.message;
  if (record.stopReason === 'deadline') {
    return `Stopped after ${record.spec.timeoutMinutes} minutes; --timeout gives it more time.`;
  }
  return record.message ?? `Stopped: ${record.stopReason ?? 'no reason given'}.`;
};

async function* allFailures(
  engine: EmbeddedEngine,
  end: SessionEnd,
  summary: RunSummary,
): AsyncGenerator<FailureEntry> {
  yield* popFailureEntries(summary);
  for await (const failure of engine.failures(end.record.id)) yield failureEntry(failure);
}

const printReport = async (
  engine: EmbeddedEngine,
  end: SessionEnd,
  summary: RunSummary,
  options: RunOptions,
): Promise<void> => {
  const failures = allFailures(engine, end, summary);
  const output = options.json
    ? renderJson(summary, failures)
    : [await renderReport(summary, failures, paintFor(process.stdout))];
  await pipeline(output, process.stdout, { end: false });
};

/** Before hours of warming, not after them. */
const checkReportFiles = async (files: readonly string[]): Promise<void> => {
  for (const file of files) {
    await access(dirname(file), constants.W_OK).catch((cause: unknown) => {
      throw new BadInput(
        `--report: got ${file}; allowed: a file in a folder that is there and that this user may write`,
        { cause },
      );
    });
  }
};

const writeReportFiles = async (
  engine: EmbeddedEngine,
  { record }: SessionEnd,
  files: readonly string[],
): Promise<void> => {
  for (const file of files) {
    const blob = REPORT_BLOBS[extname(file).toLowerCase()];
    if (blob !== undefined)
      await pipeline(engine.blobs.read(`${record.id}/${blob}`), createWriteStream(file));
  }
};
