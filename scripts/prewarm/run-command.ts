import { type Command, InvalidArgumentError, Option } from 'commander';
import { VERIFY_MODES } from '../../lambdas/prewarm/domain/request';
import { REQUEST_ENCODINGS } from '../../lambdas/prewarm/domain/request-parsing/request-body';
import { hostPort, wholeNumber } from './option-values';
import type { RunOptions } from './run-options';

const collect = (value: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  ...value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
];

const collectWhole = (value: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  value,
];

const positive = (value: string): number => {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('Allowed: a number above 0.');
};

const reportFile = (value: string, before: readonly string[] | undefined): string[] => {
  if (/\.(html|csv|json)$/i.test(value)) return [...(before ?? []), value];
  throw new InvalidArgumentError('Allowed: a file name that ends in .html, .csv or .json.');
};

const run = (): typeof import('./run') => require('./run');

const EXAMPLES = `
Examples:
  warmpath prewarm run urls.txt --cf-domain d111111abcdef8.cloudfront.net --pops FRA56-P4,NRT57-P2
  warmpath prewarm run request.json --verify all --report report.html
  warmpath prewarm run urls.txt --cf-domain www.example.com --countries japan --json | jq .failed

Exit codes: 0 all warm, 1 some are not, 2 bad input (nothing was started), 130 interrupted.`;

/** Adds `warmpath prewarm run`; the engine is loaded when the command runs, not before. */
export const registerRunCommand = (prewarm: Command): void => {
  prewarm
    .command('run')
    .argument(
      '[LIST]',
      'JSON file with a request body, or a text file with one URL per line; - is standard input',
    )
    .description('warm a list of URLs from this machine and print a report per point of presence')
    .optionsGroup('What to warm (an option wins over the field of a JSON list):')
    .option('--cf-domain <NAME>', 'the distribution: d….cloudfront.net, or a CNAME of it')
    .option('--alias <NAMES>', 'further host names of the distribution that URLs may have', collect)
    .option('--pops <CODES>', 'points of presence, comma separated', collect)
    .option('--countries <NAMES>', 'all points of presence of these countries', collect)
    .option('--regions <NAMES>', 'all points of presence of these regions', collect)
    .option('--near <LAT,LON>', 'the three points of presence nearest to a place')
    .option(
      '--sitemap <URL>',
      'also what this sitemap, or index of sitemaps, lists; repeatable',
      collectWhole,
    )
    .option('--playlist <URL>', 'also what this HLS or DASH playlist needs; repeatable', collectWhole)
    .addOption(
      new Option(
        '--encodings <NAMES>',
        `what to ask for: ${REQUEST_ENCODINGS.join(', ')} (default: browser)`,
      ).argParser(collect),
    )
    .option('--header <LINE>', "header sent with every fetch, as 'Name: value'; repeatable", collectWhole)
    .option('--range <SIZE>', 'fetch only the first bytes of each object, such as 65536 or 64KiB')
    .option('--skip-warm', 'ask first, and do not download what is a Hit already')
    .addOption(
      new Option('--verify <MODE>', 'ask again for warmed objects and expect a Hit').choices(VERIFY_MODES),
    )
    .option('--invalidate', 'invalidate the paths first, with the AWS credentials of the environment')
    .optionsGroup('How:')
    .option('--concurrency <N>', 'at most this many fetches at a time', wholeNumber(1, 10_000))
    .option('--max-bandwidth <MBPS>', 'cap in megabits per second', positive)
    .option('--timeout <MINUTES>', 'stop after this many minutes; fractions allowed', positive)
    .option(
      '--data-dir <DIR>',
      'keep the state here: a run that was interrupted resumes; without it nothing is kept',
    )
    .optionsGroup('What comes out:')
    .option('--json', 'one JSON object on standard output, nothing else')
    .option('--report <FILE>', 'write the report to a .html, .json or .csv file; repeatable', reportFile)
    .optionsGroup('For tests against edges that are not CloudFront:')
    .option(
      '--resolver <HOST:PORT>',
      'ask this DNS server; only then private addresses are contacted',
      hostPort,
    )
    .option('--edge-port <PORT>', 'port of the edges instead of 443', wholeNumber(1, 65_535))
    .option('--ca <FILE>', 'PEM file with certificates to trust besides the usual ones')
    .addHelpText('after', EXAMPLES)
    .action(async (list: string | undefined, options: RunOptions) => {
      process.exitCode = await run().runPrewarm(list, options);
    });
};
