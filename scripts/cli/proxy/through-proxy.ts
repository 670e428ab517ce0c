/** What asks through the proxy of the environment; loaded only where there is one. */
import { FetchHttpHandler } from '@smithy/fetch-http-handler';
import { Agent, Pool, ProxyAgent, request, setGlobalDispatcher } from 'undici';
import { proxyFor } from './environment-proxy';

/** Sends each request through the proxy for its host, or straight there. */
const dispatcher = new Agent({
  factory: (origin, options) => {
    const url = new URL(origin);
    const proxy = proxyFor(url);
    if (proxy === undefined) return new Pool(origin, options);
    // Many a proxy refuses a tunnel to port 80: what is not encrypted is handed to it.
    return new ProxyAgent({ uri: proxy.href, proxyTunnel: url.protocol === 'https:' });
  },
});

/** Lets every `fetch` of this process go through the proxy. */
export function fetchThroughProxy(): void {
  setGlobalDispatcher(dispatcher);
}

/** Returns a handler for clients of the AWS SDK that asks by `fetch`; its own knows no proxy. */
export function fetchHandler(): FetchHttpHandler {
  return new FetchHttpHandler();
}

/** Sends one request through the proxy; redirects are not followed. */
export function requestThroughProxy(
  url: URL,
  options: Omit<NonNullable<Parameters<typeof request>[1]>, 'dispatcher'>,
): ReturnType<typeof request> {
  return request(url, { ...options, dispatcher });
}
