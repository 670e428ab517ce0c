import { readFile } from 'node:fs/promises';
import { visibleLines, visibleText } from '../../../lambdas/prewarm/engine/model/visible-text';
import { BadInput } from '../bad-input';
import { BAD_INPUT } from '../exit-codes';
import { listenForInterrupt } from './interrupt';
import { eventJson, eventLine } from './listen/event-lines';
import { Inbox } from './listen/inbox';
import { startReceiver } from './listen/receiver';
import { RecentMessages } from './listen/recent-messages';
import { snsClient } from './listen/sns-client';
import { SnsSignatures } from './listen/sns-signature';

/** The options of `warmpath prewarm listen`, as commander hands them over. */
export interface ListenOptions {
  readonly topic: readonly string[];
  readonly port: number;
  readonly host: string;
  readonly cert?: string;
  readonly key?: string;
  readonly json?: boolean;
}

function readPem(option: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error) => {
    throw new BadInput(`${option}: ${error.message}; allowed: a PEM file`);
  });
}

async function tlsOf({ cert, key }: ListenOptions) {
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined || key === undefined)
    throw new BadInput('--cert, --key: got one of them; allowed: both, or none behind a proxy that ends TLS');
  return { tls: { cert: await readPem('--cert', cert), key: await readPem('--key', key) } };
}

/**
 * Receives what the topic tells until SIGTERM or Ctrl-C, or until nobody reads what it prints: one line per message.
 * Returns the exit code: 0 then, 2 where it could not begin with these options.
 */
export async function listenToTopic(options: ListenOptions): Promise<number> {
  const interrupt = listenForInterrupt(() => {});
  const readerGone = new Promise<void>((resolve) => process.stdout.once('error', () => resolve()));
  const render = options.json ? eventJson : eventLine;
  const read = snsClient();
  try {
    const receiver = await startReceiver({
      host: options.host,
      port: options.port,
      ...(await tlsOf(options)),
      inbox: new Inbox({
        topics: options.topic,
        signatures: new SnsSignatures(read),
        read,
        recent: new RecentMessages(),
        onMessage: (message) => process.stdout.write(`${render(message)}\n`),
      }),
      onProblem: (line) => process.stderr.write(`${visibleText(line)}\n`),
    });
    process.stderr.write(`listening on ${receiver.url}\n`);
    await Promise.race([interrupt.signalled, readerGone]);
    await receiver.stop();
    return 0;
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    process.stderr.write(`warmpath: ${visibleLines(error.message)}\n`);
    return BAD_INPUT;
  } finally {
    interrupt.release();
  }
}
