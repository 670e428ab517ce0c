import type { Command } from 'commander';
import { SOURCE_HELP } from '../../../lambdas/prewarm/engine/inputs/source-help';
import { SOURCE_KINDS } from '../../../lambdas/prewarm/engine/model/request';
import { MAX_INSTANCES } from '../../../lambdas/prewarm/engine/request/limits';
import { exitCodeHelp } from '../exit-codes';
import { collectList, collectWhole, wholeNumber } from '../option-values';
import { withAccessOptions } from './requests-command';
import type { ListOptions, SubmitOptions } from './service/submit';

function submit(): typeof import('./service/submit') {
  return require('./service/submit');
}

const SUBMIT_HELP = `
Examples:
  warmpath prewarm submit urls.txt --endpoint "$(terraform output -raw prewarm_endpoint)" --api-key-file key --regions eu
  warmpath prewarm submit request.json --endpoint staging --wait

A list that no body holds (100,000 URLs, 4 MB) is uploaded first, by itself.
${exitCodeHelp('prewarm submit')}`;

const ESTIMATE_HELP = `
Example:
  warmpath prewarm estimate urls.txt --endpoint staging --regions eu --object-size 250kB

Without a service, \`warmpath prewarm run --dry-run\` says what a run from this machine would take.
${exitCodeHelp('prewarm estimate')}`;

/** Adds what says which URLs are sent where: LIST, the service, and the fields of the body. */
function withListOptions(command: Command): Command {
  command
    .argument(
      '[LIST]',
      'JSON file with a request body, or a text file with one URL per line; - is standard input',
    )
    .optionsGroup('Where to:');
  withAccessOptions(command)
    .optionsGroup('What to warm (an option wins over the field of a JSON list):')
    .option('--cf-domain <NAME>', 'the distribution: d….cloudfront.net, or a CNAME of it')
    .option('--alias <NAMES>', 'further host names of the distribution that URLs may have', collectList)
    .option('--pops <CODES>', 'points of presence, comma separated', collectList)
    .option('--countries <NAMES>', 'all points of presence in these countries', collectList)
    .option('--regions <NAMES>', 'all of these regions', collectList)
    .option('--near <LAT,LON>', 'the three points of presence nearest to a place')
    .option('--header <LINE>', "header sent with every fetch, as 'Name: value'; repeatable", collectWhole)
    .option('--invalidate', 'invalidate the paths first')
    .option('--instances <N>', 'instances of the fleet (default: 1)', wholeNumber(0, MAX_INSTANCES))
    .option('--timeout <MINUTES>', 'stop after this many minutes (default: 1440)', wholeNumber(1, 5_760));
  for (const kind of SOURCE_KINDS)
    command.option(`--${kind} <URL>`, SOURCE_HELP[kind].optionHelp, collectWhole);
  return command.optionsGroup('What comes out:');
}

function submitting(command: Command): Command {
  return withListOptions(command)
    .option('--wait', 'follow the request to its end, and say what came of it')
    .option('--quiet', 'with --wait: no progress, and nothing where all is well')
    .option('--json', 'one JSON object on standard output, nothing else')
    .addHelpText('after', SUBMIT_HELP);
}

/** Adds `warmpath prewarm submit` and `estimate`; what they run on is loaded when they run. */
export function registerSubmitCommands(prewarm: Command): void {
  submitting(prewarm.command('submit'))
    .description('send a list of URLs to a service, deployed on AWS or on one machine')
    .action(async (list: string | undefined, options: SubmitOptions) => {
      process.exitCode = await submit().submitPrewarm(list, options);
    });

  submitting(prewarm.command('send', { hidden: true }))
    .description('old name of submit, until 0.4')
    .action(async (list: string | undefined, options: SubmitOptions) => {
      process.stderr.write(
        'warmpath: `prewarm send` is called `prewarm submit` now; the old name goes with 0.4\n',
      );
      process.exitCode = await submit().submitPrewarm(list, options);
    });

  withListOptions(prewarm.command('estimate'))
    .description('say what a request to a service would fetch, take and cost, without starting it')
    .option(
      '--object-size <SIZE>',
      'size of an object on average, such as 250kB (default: as last time, or 100kB)',
    )
    .option('--json', 'one JSON object on standard output, nothing else')
    .addHelpText('after', ESTIMATE_HELP)
    .action(async (list: string | undefined, options: ListOptions) => {
      process.exitCode = await submit().estimatePrewarm(list, options);
    });
}
