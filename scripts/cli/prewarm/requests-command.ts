import { type Command, Option } from 'commander';
import { MAX_INSTANCES } from '../../../lambdas/prewarm/engine/request/limits';
import { wholeNumber } from '../option-values';
import type { AskOptions, ReportFormat } from './send/requests';

function requests(): typeof import('./send/requests') {
  return require('./send/requests');
}

/** Adds the options that say which service is asked, and how. */
export function withAccessOptions(command: Command): Command {
  return command
    .option('--endpoint <URL>', 'where the API is (default: WARMPATH_ENDPOINT)')
    .option(
      '--api-key-file <FILE>',
      'file with the key that is sent as x-api-key (default: WARMPATH_API_KEY)',
    )
    .option('--iam', 'sign with AWS credentials (SigV4), for an API with authorization by IAM')
    .option('--region <NAME>', 'with --iam: Region of the API (default: that in its name)')
    .option('--profile <NAME>', 'with --iam: profile of the AWS configuration (default: AWS_PROFILE)');
}

function withJson(command: Command): Command {
  return withAccessOptions(command).option('--json', 'one JSON object on standard output, nothing else');
}

/** Adds the commands about requests of a service: `status`, `watch`, `list`, `stop`, `report` and `instances`. */
export function registerRequestCommands(prewarm: Command): void {
  withJson(prewarm.command('status <ID>'))
    .description('what came of a request of a service so far')
    .option('--watch', 'follow it to its end')
    .action(async (id: string, { watch, ...options }: AskOptions & { watch?: true }) => {
      process.exitCode = await requests().showRequest(id, { ...options, isWatched: watch === true });
    });

  withJson(prewarm.command('watch <ID>'))
    .description('follow a request of a service to its end; ends with 1 where not all is warm')
    .action(async (id: string, options: AskOptions) => {
      process.exitCode = await requests().showRequest(id, { ...options, isWatched: true });
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
