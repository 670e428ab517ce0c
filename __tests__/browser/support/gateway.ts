import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Gateway {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts what stands before a deployed service, in front of one on this machine: a stage, and no route but those that are deployed. */
export async function startGateway(service: string): Promise<Gateway> {
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '' } = request;
    const body = await buffer(request);
    const isDeployed = url.startsWith('/prod/') && !/\/(?:events|urls)(?:\?|$)/.test(url);
    if (!isDeployed) {
      response
        .writeHead(403, { 'content-type': 'application/json' })
        .end('{"message":"Missing Authentication Token"}');
      return;
    }
    const kept = ['x-api-key', 'content-type', 'content-encoding'].flatMap((name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    const answer = await fetch(service + url.slice('/prod'.length), {
      method,
      headers: Object.fromEntries(kept),
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const type = answer.headers.get('content-type') ?? 'application/json';
    response.writeHead(answer.status, { 'content-type': type }).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
