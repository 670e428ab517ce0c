import { type Agent, get } from 'node:https';
import type { Readable } from 'node:stream';
import { proxyFor } from '../../proxy/environment-proxy';
import { NotNow } from './refusal';

/** Reads one small document from SNS, whose name errors say; redirects are not followed. */
export type ReadFromSns = (url: URL, document: string) => Promise<string>;

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;

interface Answer {
  readonly status: number | undefined;
  readonly body: Readable;
}

async function answerTo(url: URL, agent: Agent | undefined): Promise<Answer> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  if (proxyFor(url) !== undefined) {
    const { requestThroughProxy } =
      require('../../proxy/through-proxy') as typeof import('../../proxy/through-proxy');
    const { statusCode, body } = await requestThroughProxy(url, { signal });
    return { status: statusCode, body };
  }
  return new Promise((resolve, reject) => {
    get(url, { agent: agent ?? false, signal })
      .once('response', (answer) => resolve({ status: answer.statusCode, body: answer }))
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
      const { status, body } = await answerTo(url, agent);
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
        chunks.push(chunk);
      }
      if (status !== 200) throw new Error(`status ${status}`);
      return Buffer.concat(chunks).toString('utf8');
    } catch (error) {
      // Without the URL, which whoever sent the message wrote: its signature is not checked yet.
      throw new NotNow(`${document} could not be read from SNS: ${reasonOf(error)}`, { cause: error });
    }
  };
}
