import { isIPv6 } from 'node:net';
import { rootCertificates } from 'node:tls';
import { Agent } from 'undici';

export interface PinnedAgentOptions {
  /** Certificates (PEM) to trust besides the usual ones. @default none */
  readonly ca?: string | undefined;
  readonly connectTimeoutMs: number;
}

/** An HTTP client that connects to one address, whatever the host of the URL; SNI and certificate are the host's. */
export const pinnedAgent = (address: string, { ca, connectTimeoutMs }: PinnedAgentOptions): Agent => {
  const pinned = { address, family: isIPv6(address) ? 6 : 4 };
  return new Agent({
    connections: 1,
    connect: {
      timeout: connectTimeoutMs,
      lookup: (_host, options, callback) =>
        options.all === true ? callback(null, [pinned]) : callback(null, pinned.address, pinned.family),
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    },
  });
};
