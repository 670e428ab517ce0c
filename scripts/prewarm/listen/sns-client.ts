import { Agent, type Dispatcher, request } from 'undici';
import { NotNow } from './refusal';

/** Reads one small document from SNS; redirects are not followed. */
export type ReadFromSns = (url: URL) => Promise<string>;

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;

/** @param dispatcher another one than the default leads tests to a server of their own */
export const snsClient =
  (dispatcher: Dispatcher = new Agent({ connect: { timeout: TIMEOUT_MS } })): ReadFromSns =>
  async (url) => {
    try {
      const { statusCode, body } = await request(url, {
        dispatcher,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
        chunks.push(chunk);
      }
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      return Buffer.concat(chunks).toString('utf8');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // Without the query, which holds the token of a confirmation.
      throw new NotNow(`${url.origin}${url.pathname} could not be read: ${reason}`, { cause: error });
    }
  };
