import { type Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../option-values';
import type { ListenOptions } from './listen';

function listen(): typeof import('./listen') {
  return require('./listen');
}

const DEFAULT_PORT = 8443;

function topicArn(value: string, before: readonly string[] = []): string[] {
  if (/^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/.test(value)) return [...before, value];
  throw new InvalidArgumentError('Allowed: the ARN of an SNS topic, such as the output prewarm_topic_arn.');
}

const EXAMPLES = `
Examples:
  warmpath prewarm listen --topic ARN --host 0.0.0.0 --cert fullchain.pem --key key.pem
  warmpath prewarm listen --topic ARN                 # plain HTTP, behind a proxy that ends TLS
  warmpath prewarm listen --topic ARN --json | while read -r event; do ./on-event "$event"; done

The address under which SNS reaches it is a subscriber of the deployment: { protocol: 'https', endpoint: 'https://…' }.
It confirms the subscription, takes only what SNS signed (version 2) for one of the topics, and each message once.
GET /health answers 200.`;

/** Adds `warmpath prewarm listen`; what it runs on is loaded when the command runs, not before. */
export function registerListenCommand(prewarm: Command): void {
  prewarm
    .command('listen')
    .description('receive the notifications of a deployment over HTTPS: ended requests and alarms')
    .requiredOption('--topic <ARN>', 'take messages of this topic; repeatable', topicArn)
    .option('--port <N>', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535), DEFAULT_PORT)
    .option('--host <ADDRESS>', 'address to listen on', '127.0.0.1')
    .option('--cert <FILE>', 'certificate chain (PEM) that SNS trusts, from a public authority')
    .option('--key <FILE>', 'its private key (PEM)')
    .option('--json', 'one JSON object per message instead of a line to read')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ListenOptions) => {
      process.exitCode = await listen().listenToTopic(options);
    });
}
