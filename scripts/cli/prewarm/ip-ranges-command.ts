import type { Command } from 'commander';
import { visibleLines } from '../../../lambdas/prewarm/engine/model/visible-text';
import { BadInput } from '../bad-input';
import { BAD_INPUT } from '../exit-codes';

function ipRanges(): typeof import('./ip-ranges') {
  return require('./ip-ranges');
}

async function update(from: string | undefined): Promise<number> {
  try {
    process.stdout.write(`${visibleLines(await ipRanges().updateRanges(from))}\n`);
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
      'keep the address ranges that AWS publishes for CloudFront, for --ip-ranges of run and serve',
    )
    .option('--from <FILE|URL>', 'a copy of ip-ranges.json (default: what AWS publishes)')
    .action(async ({ from }: { readonly from?: string }) => {
      process.exitCode = await update(from);
    });
}
