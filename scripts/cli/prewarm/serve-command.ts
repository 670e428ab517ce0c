import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitCodeHelp } from '../exit-codes';
import { wholeNumber } from '../option-values';
import type { ServeOptions } from './serve';

function httpUrl(value: string): string {
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return value;
  throw new InvalidArgumentError('Allowed: an http or https URL, such as https://prewarm.example.com.');
}

function serve(): typeof import('./serve') {
  return require('./serve');
}

const DEFAULT_PORT = 8080;
/** As long as on AWS. */
const DEFAULT_RETENTION_DAYS = 30;

/** Options of a service that runs here, which means nothing in front of another one. */
const OF_OWN_SERVICE = [
  'publicUrl',
  'dataDir',
  'retentionDays',
  'webhookSecretFile',
  'ipRanges',
  'popAddresses',
  'resolver',
  'edgePort',
  'ca',
];

const EXAMPLES = `
Examples:
  warmpath prewarm serve
  warmpath prewarm serve --port 9000 --data-dir /var/lib/warmpath
  warmpath prewarm serve --endpoint staging --api-key-file key
  warmpath prewarm serve --host 0.0.0.0 --api-key-file key --public-url https://prewarm.example.com

The API is described at /openapi.json. Ctrl-C or SIGTERM lets running slices end; what is left goes on at the next start.
${exitCodeHelp('prewarm serve')}`;

/** Adds `warmpath prewarm serve`; the service is loaded when the command runs, not before. */
export function registerServeCommand(prewarm: Command): void {
  prewarm
    .command('serve')
    .description('run the prewarm API, its queue and its workers on this machine, without an AWS account')
    .option('--port <N>', 'port of the API; 0 takes a free one', wholeNumber(0, 65_535), DEFAULT_PORT)
    .option(
      '--host <ADDRESS>',
      'address to listen on; another one than loopback needs --api-key-file',
      '127.0.0.1',
    )
    .option(
      '--public-url <URL>',
      'where clients reach the API, for links to reports (default: what it listens on) and to upload lists (default: what the caller named)',
      httpUrl,
    )
    .option('--data-dir <DIR>', 'folder of the durable state, one process at a time', '.warmpath')
    .option(
      '--retention-days <N>',
      'days that a request is kept after its end, with its lists and reports',
      wholeNumber(1, 3_650),
      DEFAULT_RETENTION_DAYS,
    )
    .option(
      '--api-key-file <FILE>',
      'file with the key that callers send as x-api-key (default: no key); with --endpoint the key of that service',
    )
    .addOption(
      new Option(
        '--endpoint <URL>',
        'serve only the page, on loopback, in front of this service: a URL, or a name of warmpath.config.json; the key stays here',
      ).conflicts(OF_OWN_SERVICE),
    )
    .option('--iam', 'with --endpoint: sign with AWS credentials (SigV4)')
    .option('--region <NAME>', 'with --iam: Region of the API (default: that in its name)')
    .option('--profile <NAME>', 'with --iam: profile of the AWS configuration (default: AWS_PROFILE)')
    .option(
      '--webhook-secret-file <FILE>',
      'file with the secret that signs webhooks, whsec_ and base64, in the form of Standard Webhooks (default: not signed)',
    )
    .option(
      '--ip-ranges [FILE]',
      'contact only addresses that AWS publishes as those of CloudFront (default FILE: what `prewarm ip-ranges` keeps)',
    )
    .option(
      '--pop-addresses <FILE>',
      'addresses of points of presence in place of what DNS says of them: JSON, such as `prewarm pops --discover --json` prints',
    )
    .option('--resolver <HOST:PORT>', 'DNS server that knows the edges; lets private addresses be contacted')
    .option('--edge-port <N>', 'port of the edges (default: 443, or 80 for http)', wholeNumber(1, 65_535))
    .option('--ca <FILE>', 'certificates (PEM) to trust besides the usual ones')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ServeOptions) => {
      process.exitCode = await serve().servePrewarm(options);
    });
}
