import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { visibleLines } from '../../../lambdas/prewarm/engine/model/visible-text';
import { groupFailures } from '../../../lambdas/prewarm/engine/report/failure-groups';
import { hasCode } from '../../../lambdas/prewarm/one-machine/adapters/error-code';
import type { EmbeddedEngine } from '../../../lambdas/prewarm/one-machine/engine/engine-api';
import { BadInput, Problems } from '../bad-input';
import { BAD_INPUT, FAILED } from '../exit-codes';
import { paintFor } from '../terminal/paint';
import { terminalWidth } from '../terminal/table';
import { removeAbandoned } from './abandoned';
import { dryRun, objectBytes } from './dry-run';
import { asBadInput } from './explain-refusal';
import { type Interrupt, listenForInterrupt } from './interrupt';
import { ProgressPrinter } from './progress';
import { checkReportFile, writeReportFiles } from './report-files';
import { openRunEngine } from './run-engine';
import { prepareRun } from './run-input';
import { renderJson } from './run-json';
import type { RunOptions } from './run-options';
import { isAllDone, renderReport } from './run-report';
import { endSession, runSession, type SessionEnd } from './run-session';
import { findSurroundings } from './run-surroundings';
import { SCRATCH_DATA, Scratch } from './scratch';
import { type RunSummary, summarise } from './summary';

/** Characters of one line of an error: the known PoPs fit. */
const LONGEST_LINE = 10_000;

/**
 * Warms LIST from this machine, with progress on standard error and the report on standard output.
 * Returns the exit code: 0 all warm, 1 some are not, 2 bad input, 128 + signal when interrupted.
 * @param wrongOptions what is wrong with options that are read already
 */
export async function runPrewarm(
  list: string | undefined,
  options: RunOptions,
  wrongOptions: readonly string[] = [],
): Promise<number> {
  const scratch = new Scratch();
  // The database makes its files itself; they are for this user only.
  const maskOfUser = process.umask(0o077);
  const interrupt = listenForInterrupt(() => scratch.remove());
  try {
    return await warm(
      list,
      options,
      new Problems([...wrongOptions]),
      scratch,
      interrupt,
      0o666 & ~maskOfUser,
    );
  } catch (thrown) {
    // The list is checked while it is submitted, so what is wrong with a URL comes from there.
    const error = asBadInput(explainFullDisk(thrown, options));
    if (!(error instanceof BadInput)) throw error;
    process.stderr.write(`warmpath: ${visibleLines(error.message, LONGEST_LINE)}\n`);
    return BAD_INPUT;
  } finally {
    interrupt.release();
    scratch.remove();
    process.umask(maskOfUser);
  }
}

async function warm(
  list: string | undefined,
  options: RunOptions,
  problems: Problems,
  scratch: Scratch,
  interrupt: Interrupt,
  reportMode: number,
): Promise<number> {
  const printer = new ProgressPrinter(process.stderr, paintFor(process.stderr), {
    quiet: options.quiet === true,
  });
  for (const file of options.report ?? []) await problems.collect(() => checkReportFile(file));
  await problems.collect(() => objectBytes(options.objectSize));
  const surroundings = await problems.collect(() => findSurroundings(options));
  const run =
    surroundings && (await problems.collect(() => prepareRun(list, options, surroundings, scratch)));
  problems.throwIfAny();
  if (run === undefined || surroundings === undefined) throw new Error('nothing to run, and nothing wrong');
  for (const warning of run.warnings) printer.say(`warning: ${warning}`);
  if (options.dryRun) return dryRun(run, options, surroundings, printer, interrupt);
  const dataDir = options.dataDir ?? join(scratch.path, SCRATCH_DATA);
  await removeAbandoned();
  const engine = await openRunEngine(run, options, dataDir, surroundings, printer);
  let shown: SessionEnd | undefined;
  try {
    const end = await runSession(engine, run, printer, interrupt);
    const summary = summarise(end.record, end.pops, {
      seconds: end.seconds,
      stopped: stoppedSentence(end, options),
      fetchesBefore: end.fetchesBefore,
      findPlace: (code) => surroundings.directory.find(code),
    });
    const isComplete = isAllDone(summary) && !missesUrls(end);
    if (!(options.quiet && isComplete) || options.json) await printReport(engine, end, summary, options);
    await writeReportFiles(engine, end, surroundings.directory, options.report ?? [], reportMode);
    shown = end;
    if (end.interruptedWith !== undefined) return end.interruptedWith;
    return isComplete ? 0 : FAILED;
  } finally {
    await engine.close();
    // Last of all: a process that is killed while it closes is followed by one that shows the report, not by a run of all again.
    if (shown !== undefined) await endSession(engine, shown);
  }
}

/** Returns true where a sitemap or playlist could not be read, or not all of it: what it names is not warm. */
function missesUrls({ record }: SessionEnd): boolean {
  return record.spec.sources.length > 0 && record.message !== undefined;
}

/** Returns why a run did not come to its end, and what to do, in a sentence; nothing where it did. */
function stoppedSentence({ record, interruptedWith }: SessionEnd, options: RunOptions): string | undefined {
  if (interruptedWith !== undefined) {
    return options.dataDir === undefined
      ? 'Interrupted. With --data-dir the next run of the same list would go on here.'
      : 'Interrupted. The same command goes on here.';
  }
  const { message } = record;
  if (record.status !== 'STOPPED') return message;
  if (record.stopReason === 'deadline') {
    return `Stopped after ${record.spec.timeoutMinutes} minutes; --timeout gives it more time.`;
  }
  return message ?? `Stopped: ${record.stopReason ?? 'no reason given'}.`;
}

async function printReport(
  engine: EmbeddedEngine,
  end: SessionEnd,
  summary: RunSummary,
  options: RunOptions,
): Promise<void> {
  const { id } = end.record;
  const groups = await groupFailures(engine.failures(id));
  const output = options.json
    ? renderJson(summary, groups, engine.failures(id))
    : [renderReport(summary, groups, paintFor(process.stdout), terminalWidth(process.stdout))];
  await pipeline(output, process.stdout, { end: false });
}

/** Returns an error that names the full disk and what to do for ENOSPC and EDQUOT; any other error as it is. */
function explainFullDisk(error: unknown, { dataDir }: RunOptions): unknown {
  if (!hasCode(error, 'ENOSPC') && !hasCode(error, 'EDQUOT')) return error;
  const message =
    dataDir === undefined
      ? `no space is left in ${tmpdir()} or where the output goes; free some, or name another folder with --data-dir`
      : `no space is left in ${dataDir} (--data-dir) or where the output goes; free some, then the same command goes on here`;
  return new Error(message, { cause: error });
}
