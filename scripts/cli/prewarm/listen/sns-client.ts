import type { IncomingMessage } from 'node:http';
import { type Agent, get } from 'node:https';
import { NotNow } from './refusal';

/** Reads one small document from SNS, whose name errors say; redirects are not followed. */
export type ReadFromSns = (url: URL, document: string) => Promise<string>;

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;

function answerTo(url: URL, agent: Agent | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: agent ?? false, signal: AbortSignal.timeout(TIMEOUT_MS) })
      .once('response', resolve)
      .once('error', reject);
  });
}

/** Returns the code of a system's error, whose message names the host; the message of our own. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

/** @param agent another one than the default leads tests to a server of their own */
export function snsClient(agent?: Agent): ReadFromSns {
  return async (url, document) => {
    try {
      const answer = await answerTo(url, agent);
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of answer) {
        bytes += chunk.length;
        if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
        chunks.push(chunk);
      }
      if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
      return Buffer.concat(chunks).toString('utf8');
    } catch (error) {
      // Without the URL, which whoever sent the message wrote: its signature is not checked yet.
      throw new NotNow(`${document} could not be read from SNS: ${reasonOf(error)}`, { cause: error });
    }
  };
}
