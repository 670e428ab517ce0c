import { type Command, InvalidArgumentError } from 'commander';
import { collectList } from '../option-values';
import { terminalWidth } from '../terminal/table';
import type { PopsOptions } from './pops-options';

function count(value: string): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Allowed: a whole number from 1.');
}

function pops(): typeof import('./pops') {
  return require('./pops');
}

/** Adds `warmpath prewarm pops`; what it runs on is loaded when it runs. */
export function registerPopsCommand(prewarm: Command): void {
  prewarm
    .command('pops')
    .description(
      'list points of presence; resolve them for a distribution; discover which ones answer a region',
    )
    .option('--region <NAMES>', 'of these regions, comma separated', collectList)
    .option('--country <NAMES>', 'of these countries, comma separated', collectList)
    .option('--near <LAT,LON>', 'nearest to a place, in degrees')
    .option('--count <N>', 'how many with --near (default: 3)', count)
    .option('--check', 'resolve each for the distribution')
    .option('--discover', 'ask DNS as clients of the region would, and name the sites that answer')
    .option('--update', 'find out which codes have an address, and keep them for later commands')
    .option('--subnet <CIDRS>', 'with --discover and --update: ask as clients of these networks', collectList)
    .option(
      '--ip-ranges [FILE]',
      'with --check and --update: only addresses that AWS publishes as those of CloudFront (default FILE: what `prewarm ip-ranges` keeps)',
    )
    .option('--resolver <HOST:PORT>', 'ask this DNS server; only then private addresses are accepted')
    .option('--cf-domain <NAME>', 'the distribution, for --check, --discover and --update')
    .option('--json', 'one JSON object on standard output')
    .action(async (options: PopsOptions) => {
      process.exitCode = await pops().runPops(options, {
        out: (text) => process.stdout.write(`${text}\n`),
        width: terminalWidth(process.stdout),
        error: (text) => process.stderr.write(`warmpath: ${text}\n`),
      });
    });
}
