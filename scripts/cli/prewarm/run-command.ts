import type { Command } from 'commander';
import { SOURCE_HELP } from '../../../lambdas/prewarm/engine/inputs/source-help';
import { SOURCE_KINDS, VERIFY_MODES } from '../../../lambdas/prewarm/engine/model/request';
import { REQUEST_ENCODINGS } from '../../../lambdas/prewarm/engine/request/request-body';
import { exitCodeHelp } from '../exit-codes';
import { collectList, collectWhole, tellLater, wholeNumber } from '../option-values';
import type { RunOptions } from './run-options';

/** Text that is no number passes as it is: the check of the request names it together with all else. */
function numberOrText(value: string): number | string {
  return value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value);
}

function run(): typeof import('./run') {
  return require('./run');
}

const EXAMPLES = `
Examples:
  warmpath prewarm run urls.txt --cf-domain d111111abcdef8.cloudfront.net --pops FRA56-P4,NRT57-P2
  warmpath prewarm run request.json --verify all --report report.html
  warmpath prewarm run urls.txt --cf-domain www.example.com --countries japan --json | jq .failed
${exitCodeHelp('prewarm run')}`;

/** Adds `warmpath prewarm run`; the engine is loaded when the command runs, not before. */
export function registerRunCommand(prewarm: Command): void {
  const problems: string[] = [];
  function later(option: string, low: number, high: number) {
    return tellLater(problems, option, wholeNumber(low, high));
  }
  const command = prewarm
    .command('run')
    .argument(
      '[LIST]',
      'JSON file with a request body, or a text file with one URL per line; - is standard input',
    )
    .description('warm a list of URLs from this machine and print a report per point of presence')
    .optionsGroup('What to warm (an option wins over the field of a JSON list):')
    .option(
      '--cf-domain <NAME>',
      'the distribution: d….cloudfront.net, or a CNAME of it (default: the host of the first URL)',
    )
    .option('--alias <NAMES>', 'further host names of the distribution that URLs may have', collectList)
    .option('--pops <CODES>', 'points of presence, comma separated', collectList)
    .option(
      '--countries <NAMES>',
      'all points of presence in these countries, by any name or code',
      collectList,
    )
    .option(
      '--regions <NAMES>',
      'all of these regions: lists (eu, us, …) or parts of the world (europe, …)',
      collectList,
    )
    .option('--near <LAT,LON>', 'the three points of presence nearest to a place');
  for (const kind of SOURCE_KINDS)
    command.option(`--${kind} <URL>`, SOURCE_HELP[kind].optionHelp, collectWhole);
  command
    .option('--sitemap-media', 'also images, videos and translations of the sitemaps')
    .option(
      '--include <PATTERN>',
      "only URLs that match, such as '/images/*' or '*.jpg'; repeatable",
      collectWhole,
    )
    .option('--exclude <PATTERN>', 'no URLs that match; repeatable', collectWhole)
    .option('--limit <N>', 'at most this many URLs, of LIST first', numberOrText)
    .option(
      '--encodings <NAMES>',
      `what to ask for: ${REQUEST_ENCODINGS.join(', ')} (default: browser)`,
      collectList,
    )
    .option('--header <LINE>', "header sent with every fetch, as 'Name: value'; repeatable", collectWhole)
    .option('--range <SIZE>', 'fetch only the first bytes of each object, such as 65536 or 64KiB')
    .option('--skip-warm', 'ask first, and do not download what is a Hit already')
    .option(
      '--verify <MODE>',
      `ask again for warmed objects and expect a Hit: ${VERIFY_MODES.join(', ')} (default: sample, one in twenty)`,
    )
    .option('--invalidate', 'invalidate the paths first, with AWS credentials; nothing else needs any')
    .option('--profile <NAME>', 'with --invalidate: profile of the AWS configuration (default: AWS_PROFILE)')
    .optionsGroup('How:')
    .option('--concurrency <N>', 'at most this many fetches at a time', later('--concurrency', 1, 10_000))
    .option('--max-bandwidth <MBPS>', 'cap in megabits per second', numberOrText)
    .option('--timeout <MINUTES>', 'stop after this many minutes; fractions allowed', numberOrText)
    .option(
      '--data-dir <DIR>',
      'keep the state here: a run that was interrupted resumes; without it nothing is kept',
    )
    .option(
      '--ip-ranges [FILE]',
      'contact only addresses that AWS publishes as those of CloudFront (default FILE: what `prewarm ip-ranges` keeps)',
    )
    .option(
      '--pop-addresses <FILE>',
      'addresses of points of presence in place of what DNS says of them: JSON, such as `prewarm pops --discover --json` prints',
    )
    .optionsGroup('What comes out:')
    .option(
      '--dry-run',
      'check everything, read sitemaps and playlists, say what the run would fetch and cost, and warm nothing',
    )
    .option(
      '--object-size <SIZE>',
      'with --dry-run: size of an object on average, such as 250kB (default: 100kB)',
    )
    .option('--quiet', 'no progress, and no report where all is well')
    .option('--json', 'one JSON object on standard output, nothing else')
    .option('--report <FILE>', 'write the report to a .html, .json or .csv file; repeatable', collectWhole)
    .optionsGroup('For tests against edges that are not CloudFront:')
    .option('--resolver <HOST:PORT>', 'ask this DNS server; only then private addresses are contacted')
    .option('--edge-port <PORT>', 'port of the edges instead of 443', later('--edge-port', 1, 65_535))
    .option('--ca <FILE>', 'PEM file with certificates to trust besides the usual ones')
    .addHelpText('after', EXAMPLES)
    .action(async (list: string | undefined, options: RunOptions) => {
      process.exitCode = await run().runPrewarm(list, options, problems);
    });
}
