import type { Command } from 'commander';
import { visibleLines } from '../../../lambdas/prewarm/engine/model/visible-text';
import { BadInput } from '../bad-input';
import { BAD_INPUT } from '../exit-codes';

function ipRanges(): typeof import('./ip-ranges') {
  return require('./ip-ranges');
}

async function update(from: string | undefined, to: string | undefined): Promise<number> {
  try {
    process.stdout.write(`${visibleLines(await ipRanges().updateRanges(from, to))}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    process.stderr.write(`warmpath: ${visibleLines(error.message)}\n`);
    return BAD_INPUT;
  }
}

/** Adds `warmpath prewarm ip-ranges`; nothing is loaded or fetched before it runs. */
export function registerIpRangesCommand(prewarm: Command): void {
  prewarm
    .command('ip-ranges')
    .description(
      'keep the address ranges that AWS publishes for CloudFront, for --ip-ranges of run, serve and pops, and for the service on AWS',
    )
    .option('--from <FILE|URL>', 'a copy of ip-ranges.json (default: what AWS publishes)')
    .option('--to <FILE>', 'where to keep them (default: where --ip-ranges without a file looks)')
    .action(async ({ from, to }: { readonly from?: string; readonly to?: string }) => {
      process.exitCode = await update(from, to);
    });
}
