import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { RequestContext } from '../../lambdas/prewarm/domain/request-parsing/normalise-request';
import { createResolver } from '../../lambdas/prewarm/net/resolver';
import { createPopDirectory } from '../../lambdas/prewarm/pops/pop-directory';
import { BadInput } from './bad-input';
import type { RunOptions } from './run-options';

/** What a run finds outside: names, points of presence, certificates. */
export interface RunSurroundings extends RequestContext {
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca?: string;
}

/** The name server as an address with a port, since a name server has to be found without one. */
const nameServer = async (resolver: string): Promise<string> => {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(resolver) ?? [];
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return resolver;
  try {
    const { address, family } = await lookup(host);
    return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  } catch (cause) {
    throw new BadInput(`--resolver: got ${host}, which has no address; allowed: HOST:PORT of a DNS server`, {
      cause,
    });
  }
};

const certificates = async (file: string): Promise<string> => {
  const pem = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BadInput(`--ca: cannot read ${file}; allowed: a PEM file with certificates`, { cause });
  });
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new BadInput(`--ca: got ${file} without a certificate; allowed: a PEM file with certificates`);
};

/**
 * Private addresses are contacted only where the operator names a resolver, since its answers are the operator's own.
 * @throws BadInput where a file or a name server is not what its option says
 */
export const findSurroundings = async (options: RunOptions): Promise<RunSurroundings> => {
  const { resolver, ca } = options;
  return {
    directory: createPopDirectory(),
    resolver: createResolver(resolver === undefined ? {} : { servers: [await nameServer(resolver)] }),
    policy: resolver === undefined ? 'public' : 'any',
    ...(ca === undefined ? {} : { ca: await certificates(ca) }),
  };
};
