import type { Command } from 'commander';
import { SOURCE_HELP } from '../../../lambdas/prewarm/engine/inputs/source-help';
import { SOURCE_KINDS } from '../../../lambdas/prewarm/engine/model/request';
import { MAX_INSTANCES } from '../../../lambdas/prewarm/engine/request/limits';
import { collectList, collectWhole, wholeNumber } from '../option-values';
import { withAccessOptions } from './requests-command';
import type { SendOptions } from './send/send';

function send(): typeof import('./send/send') {
  return require('./send/send');
}

const EXAMPLES = `
Examples:
  warmpath prewarm send urls.txt --endpoint "$(terraform output -raw prewarm_endpoint)" --api-key-file key --regions eu
  warmpath prewarm send request.json --api-key-file key --iam --wait

A list that no body holds (100,000 URLs, 4 MB) is uploaded first, by itself.
Exit codes: 0 accepted (with --wait: all warm), 1 failed (with --wait: some are not warm), 2 bad input (nothing was started).`;

/** Adds `warmpath prewarm send`; what it runs on is loaded when it runs. */
export function registerSendCommand(prewarm: Command): void {
  const command = prewarm
    .command('send')
    .alias('submit')
    .argument(
      '[LIST]',
      'JSON file with a request body, or a text file with one URL per line; - is standard input',
    )
    .description('send a list of URLs to a service, deployed on AWS or on one machine')
    .optionsGroup('Where to:');
  withAccessOptions(command)
    .optionsGroup('What to warm (an option wins over the field of a JSON list):')
    .option('--cf-domain <NAME>', 'the distribution: d….cloudfront.net, or a CNAME of it')
    .option('--alias <NAMES>', 'further host names of the distribution that URLs may have', collectList)
    .option('--pops <CODES>', 'points of presence, comma separated', collectList)
    .option('--countries <NAMES>', 'all points of presence in these countries', collectList)
    .option('--regions <NAMES>', 'all of these regions', collectList)
    .option('--header <LINE>', "header sent with every fetch, as 'Name: value'; repeatable", collectWhole)
    .option('--invalidate', 'invalidate the paths first')
    .option('--instances <N>', 'instances of the fleet (default: 1)', wholeNumber(0, MAX_INSTANCES))
    .option('--timeout <MINUTES>', 'stop after this many minutes (default: 1440)', wholeNumber(1, 5_760));
  for (const kind of SOURCE_KINDS)
    command.option(`--${kind} <URL>`, SOURCE_HELP[kind].optionHelp, collectWhole);
  command
    .optionsGroup('What comes out:')
    .option('--wait', 'wait until the request has ended, and say what came of it')
    .option('--json', 'one JSON object on standard output, nothing else')
    .addHelpText('after', EXAMPLES)
    .action(async (list: string | undefined, options: SendOptions) => {
      process.exitCode = await send().sendPrewarm(list, options);
    });
}
