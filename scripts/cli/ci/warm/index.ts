import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { FAILED } from '../../exit-codes';
import { registerRunCommand } from '../../prewarm/run-command';
import { registerSubmitCommands } from '../../prewarm/submit-command';
import { setStepOutput, writeSummaryText } from '../job-summary';
import { readInputs, type WarmOrder } from './warm-arguments';
import { readResult, renderSummary, sharePercent } from './warm-result';

/** Signals that a runner cancels a job with. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Warms as the inputs of the GitHub Action say: runs `prewarm run`, or `prewarm submit` where they name an endpoint, writes the summary
 * of the job and the outputs of the step, and judges by `fail-below`. Returns the exit code, that of the command where it told
 * nothing.
 * @throws BadInput
 */
export async function ciWarm(env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const prewarm = new Command('prewarm');
  registerRunCommand(prewarm);
  registerSubmitCommands(prewarm);
  const order = await readInputs(env['WARMPATH_INPUTS'], prewarm);
  const scratch = mkdtempSync(join(tmpdir(), 'warmpath-warm-'));
  const kept = env['RUNNER_TEMP'] || scratch;
  const file = join(kept, 'warmpath-result.json');
  try {
    const code = await runOrder(order, file, env);
    const result = readResult(readFileSync(file, 'utf8'));
    if (result === undefined) {
      await pipeline(createReadStream(file), process.stdout, { end: false });
      return code;
    }
    const share = sharePercent(result);
    const { failBelow } = order;
    // At 100 the command's own verdict counts, which knows of sitemaps that were not read whole.
    const isEnough =
      code === 0 || (code === FAILED && failBelow < 100 && result.requested > 0 && share >= failBelow);
    const verdict = isEnough
      ? `At least ${failBelow} % were asked for.`
      : `**Not enough: ${failBelow} % were asked for.**`;
    writeSummaryText(renderSummary(result, verdict), env);
    for (const [name, value] of Object.entries({
      share,
      requested: result.requested,
      warm: result.warm,
      failed: result.failed,
      ...(kept !== scratch && { result: file }),
    }))
      setStepOutput(name, String(value), env);
    process.stderr.write(`warmpath: ${share} % warm; fail-below: ${failBelow}\n`);
    if (isEnough) return 0;
    return code === 0 ? FAILED : code;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs the command in a process of its own, its JSON into a file; progress goes to this one's standard error. */
async function runOrder(
  { args, urls, apiKey }: WarmOrder,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const [, program = ''] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...env, ...(apiKey !== undefined && { WARMPATH_API_KEY: apiKey }) },
  });
  function pass(signal: NodeJS.Signals): void {
    child.kill(signal);
  }
  for (const signal of SIGNALS) process.on(signal, pass);
  try {
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? FAILED));
    });
    // A command that refuses its options reads nothing.
    const fed = pipeline(Readable.from([urls ?? '']), child.stdin).catch(() => {});
    await pipeline(child.stdout, createWriteStream(file, { mode: 0o600 }));
    await fed;
    return await ended;
  } finally {
    for (const signal of SIGNALS) process.off(signal, pass);
  }
}
