/**
 * The edges of the benches, in a process of their own: TLS and HTTP/1.1 by hand, so that the load generator is what is
 * measured. Started by `edges.ts`, which sends it its options.
 */
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from '../loopback-cdn/certificate';

/** Addresses, certificate and behaviour of the edges. */
export interface EdgeProcessOptions {
  readonly certificate: Certificate;
  /** One per PoP. */
  readonly edges: readonly { readonly pop: string; readonly address: string }[];
  readonly objectBytes: number;
  /** From the request read to the answer sent, in milliseconds. */
  readonly latencyMs: number;
  /** True: the first request of a path is a Miss. False: every request is a Hit, and no path is stored. */
  readonly remember: boolean;
}

/** Asks for the number of answers so far. */
export type CountQuestion = 'count';

const END = '\r\n\r\n';

function answerTo(pop: string, bytes: number): Readonly<Record<'Hit' | 'Miss', Buffer>> {
  function head(cache: 'Hit' | 'Miss'): Buffer {
    return Buffer.from(
      [
        'HTTP/1.1 200 OK',
        'content-type: application/octet-stream',
        `content-length: ${bytes}`,
        'connection: keep-alive',
        'date: Thu, 01 Jan 2026 00:00:00 GMT',
        'cache-control: public, max-age=86400',
        'server: AmazonS3',
        `x-cache: ${cache} from cloudfront`,
        'via: 1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)',
        `x-amz-cf-pop: ${pop}`,
        'x-amz-cf-id: 0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijk==',
      ].join('\r\n') + END,
    );
  }
  return { Hit: head('Hit'), Miss: head('Miss') };
}

let answers = 0;

function serve(options: EdgeProcessOptions, pop: string): (socket: Socket) => void {
  const { objectBytes, latencyMs, remember } = options;
  const heads = answerTo(pop, objectBytes);
  const body = Buffer.alloc(objectBytes, 'warm');
  const small = objectBytes <= 65_536;
  const whole = { Hit: Buffer.concat([heads.Hit, body]), Miss: Buffer.concat([heads.Miss, body]) };
  const stored = new Set<string>();

  function answer(socket: Socket, request: string): void {
    answers += 1;
    const isHead = request.startsWith('HEAD ');
    const path = request.slice(isHead ? 5 : 4, request.indexOf(' ', 5));
    const cache = !remember || stored.has(path) ? 'Hit' : 'Miss';
    if (cache === 'Miss' && !isHead) stored.add(path);
    if (isHead) socket.write(heads[cache]);
    else if (small) socket.write(whole[cache]);
    else {
      socket.write(heads[cache]);
      socket.write(body);
    }
  }

  return (socket) => {
    let pending = '';
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (let end = pending.indexOf(END); end >= 0; end = pending.indexOf(END)) {
        const request = pending.slice(0, end);
        pending = pending.slice(end + END.length);
        if (latencyMs > 0) setTimeout(answer, latencyMs, socket, request);
        else answer(socket, request);
      }
    });
  };
}

async function start(options: EdgeProcessOptions): Promise<number> {
  let port = 0;
  for (const { pop, address } of options.edges) {
    const { keyPem: key, certPem: cert } = options.certificate;
    const server = createServer({ key, cert }, serve(options, pop));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ port, host: address, backlog: 4096 }, resolve);
    });
    const bound = server.address();
    if (bound && typeof bound === 'object') port = bound.port;
  }
  return port;
}

process.once('message', (options: EdgeProcessOptions) => {
  start(options).then(
    (port) => {
      process.on('message', (question: CountQuestion) => {
        if (question === 'count') process.send?.({ answers });
      });
      process.send?.({ port });
    },
    (error: unknown) => {
      process.stderr.write(`bench edges: ${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(0));
