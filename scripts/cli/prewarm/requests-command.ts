import { type Command, Option } from 'commander';
import { MAX_INSTANCES } from '../../../lambdas/prewarm/engine/request/limits';
import { exitCodeHelp } from '../exit-codes';
import { wholeNumber } from '../option-values';
import type { AskOptions, ReportFormat, ShowOptions } from './service/requests';

function requests(): typeof import('./service/requests') {
  return require('./service/requests');
}

/** Adds the options that say which service is asked, and how. */
export function withAccessOptions(command: Command): Command {
  return command
    .option(
      '--endpoint <URL>',
      'where the API is: a URL, or a name of warmpath.config.json (default: WARMPATH_ENDPOINT)',
    )
    .option(
      '--api-key-file <FILE>',
      'file with the key that is sent as x-api-key (default: that of the name, or WARMPATH_API_KEY)',
    )
    .option('--iam', 'sign with AWS credentials (SigV4), for an API with authorization by IAM')
    .option('--region <NAME>', 'with --iam: Region of the API (default: that in its name)')
    .option('--profile <NAME>', 'with --iam: profile of the AWS configuration (default: AWS_PROFILE)');
}

function withJson(command: Command): Command {
  return withAccessOptions(command).option('--json', 'one JSON object on standard output, nothing else');
}

/** What the table of PoPs may be sorted by; request-text.ts has how. */
const SORTS = ['failed', 'code', 'place', 'fetches', 'warm', 'hits', 'bytes', 'p95'];

function withTable(command: Command): Command {
  return withJson(command)
    .addOption(
      new Option('--sort <COLUMN>', 'sort the points of presence by it: numbers from the largest on')
        .choices(SORTS)
        .default('failed'),
    )
    .addOption(
      new Option('--top <N>', 'show at most so many points of presence').argParser(wholeNumber(1, 1_000)),
    )
    .option('--quiet', 'no progress, and nothing where all is warm');
}

/** Adds the commands about requests of a service: `status`, `watch`, `list`, `stop`, `report` and `instances`. */
export function registerRequestCommands(prewarm: Command): void {
  withTable(prewarm.command('status <ID>'))
    .description('what came of a request of a service so far')
    .option('--watch', 'follow it to its end')
    .addHelpText('after', exitCodeHelp('prewarm status'))
    .action(async (id: string, { watch, ...options }: ShowOptions & { watch?: true }) => {
      process.exitCode = await (watch
        ? requests().followToEnd(id, options)
        : requests().showRequest(id, options));
    });

  withTable(prewarm.command('watch <ID>'))
    .description('follow a request of a service to its end, over restarts of the service')
    .addHelpText('after', exitCodeHelp('prewarm watch'))
    .action(async (id: string, options: ShowOptions) => {
      process.exitCode = await requests().followToEnd(id, options);
    });

  withJson(prewarm.command('list'))
    .description('requests of a service, newest first')
    .addOption(new Option('--limit <N>', 'at most so many').argParser(wholeNumber(1, 200)).default(50))
    .action(async (options: AskOptions & { limit: number }) => {
      process.exitCode = await requests().listRequests(options);
    });

  withJson(prewarm.command('stop <ID>'))
    .description('stop a request of a service')
    .action(async (id: string, options: AskOptions) => {
      process.exitCode = await requests().stopRequest(id, options);
    });

  withAccessOptions(prewarm.command('report <ID>'))
    .description('print the report of a request that has ended')
    .addOption(
      new Option('--format <format>', 'csv has the failures only')
        .choices(['html', 'csv', 'json'])
        .default('json'),
    )
    .option('--json', 'the same as --format json')
    .action(async (id: string, options: AskOptions & { format: ReportFormat }) => {
      process.exitCode = await requests().printReport(id, options);
    });

  withJson(prewarm.command('instances [N]'))
    .description('say how many instances the fleet of a service has, or set it')
    .action(async (written: string | undefined, options: AskOptions) => {
      const count = written === undefined ? undefined : wholeNumber(0, MAX_INSTANCES)(written);
      process.exitCode = await requests().instances(count, options);
    });
}
