import type { IncomingMessage } from 'node:http';
import { type Agent, get } from 'node:https';
import { NotNow } from './refusal';

/** Reads one small document from SNS; redirects are not followed. */
export type ReadFromSns = (url: URL) => Promise<string>;

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;

function answerTo(url: URL, agent: Agent | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: agent ?? false, signal: AbortSignal.timeout(TIMEOUT_MS) })
      .once('response', resolve)
      .once('error', reject);
  });
}

/** @param agent another one than the default leads tests to a server of their own */
export function snsClient(agent?: Agent): ReadFromSns {
  return async (url) => {
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
      const reason = error instanceof Error ? error.message : String(error);
      // Without the query, which holds the token of a confirmation.
      throw new NotNow(`${url.origin}${url.pathname} could not be read: ${reason}`, { cause: error });
    }
  };
}
