import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { trusting } from './trusted-certificates';

export interface PinnedRequestOptions {
  /** Where the connection goes, whatever the host of the URL; SNI, Host and certificate are the host's. */
  readonly address: string;
  /** @default - 443 for https, 80 for http */
  readonly port?: number | undefined;
  /** Certificates (PEM) to trust besides the usual ones. @default none */
  readonly ca?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

const DEFAULT_PORT = { https: 443, http: 80 } as const;

function limitConnect(request: ClientRequest, connected: 'connect' | 'secureConnect', ms: number): void {
  const timer = setTimeout(() => request.destroy(new Error(`no connection within ${ms} ms`)), ms);
  request.once('socket', (socket) => socket.once(connected, () => clearTimeout(timer)));
  request.once('close', () => clearTimeout(timer));
}

/**
 * GETs a URL from one address, on a connection of its own; redirects are not followed. The caller reads the answer or
 * destroys it.
 */
export function getPinned(
  { protocol, hostname, origin, href }: URL,
  { address, port, ca, headers, connectTimeoutMs, signal }: PinnedRequestOptions,
): Promise<IncomingMessage> {
  const scheme = protocol === 'http:' ? 'http' : 'https';
  const options = {
    host: address,
    port: port ?? DEFAULT_PORT[scheme],
    // Not pathname and search: they lose a question mark that nothing follows.
    path: href.slice(origin.length),
    headers: { ...headers, host: hostname },
    agent: false,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request =
      scheme === 'http'
        ? requestHttp(options)
        : requestHttps({ ...options, servername: hostname, ...trusting(ca) });
    limitConnect(request, scheme === 'http' ? 'connect' : 'secureConnect', connectTimeoutMs);
    request.once('response', resolve).once('error', reject).end();
  });
}
