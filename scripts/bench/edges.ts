import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { makeCertificate } from '../loopback-cdn/certificate';
import type { CountQuestion, EdgeProcessOptions } from './edge-process';

/** The one distribution of the benches. */
export const DOMAIN = 'd111111abcdef8.cloudfront.net';

export interface Edges {
  readonly pops: readonly { readonly code: string; readonly address: string }[];
  readonly port: number;
  readonly caPem: string;
  readonly caFile: string;
  /** Returns the number of responses so far, those to HEAD included. */
  countAnswers(): Promise<number>;
  close(): Promise<void>;
}

const started = z.object({ port: z.number() });
const counted = z.object({ answers: z.number() });

/** Starts the edges of a bench in their own process and waits until they listen. */
export async function startEdges(
  options: Pick<EdgeProcessOptions, 'objectBytes' | 'latencyMs' | 'remember'> & {
    readonly pops: readonly string[];
  },
): Promise<Edges> {
  const certificate = await makeCertificate(['*.cloudfront.net', DOMAIN]);
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, certificate.caPem);
  const pops = options.pops.map((code, index) => ({ code, address: `127.0.0.${index + 2}` }));
  const child = fork(require.resolve('./edge-process.ts'), { execArgv: ['-r', require.resolve('tsx/cjs')] });
  const { objectBytes, latencyMs, remember } = options;
  const edges = pops.map(({ code: pop, address }) => ({ pop, address }));
  child.send({ certificate, edges, objectBytes, latencyMs, remember } satisfies EdgeProcessOptions);
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the edges of the bench did not start; see the line above');
    }),
  ]);
  const { port } = started.parse(message);
  return {
    pops,
    port,
    caPem: certificate.caPem,
    caFile,
    countAnswers: async () => {
      child.send('count' satisfies CountQuestion);
      const [reply] = await once(child, 'message');
      return counted.parse(reply).answers;
    },
    close: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
