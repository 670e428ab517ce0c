import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { withoutBrackets } from '../../../lambdas/prewarm/engine/addresses/address-guard';
import { givenFirst } from '../../../lambdas/prewarm/engine/addresses/given-addresses';
import { publishedOnly } from '../../../lambdas/prewarm/engine/addresses/published-ranges';
import {
  createPopDirectory,
  parseExtraPops,
  UnknownPopSites,
} from '../../../lambdas/prewarm/engine/pops/pop-directory';
import type { PopDirectory } from '../../../lambdas/prewarm/engine/ports/pop-directory';
import type { RequestContext } from '../../../lambdas/prewarm/engine/request/normalise-request';
import { createResolver } from '../../../lambdas/prewarm/net/resolver';
import { BadInput, Problems } from '../bad-input';
import { HOST_PORT, isHostPort } from '../option-values';
import { rangesGiven } from './ip-ranges';
import { readLocalPops } from './local-pops';
import { readPopAddresses } from './pop-addresses';
import type { RunOptions } from './run-options';

/** What a run finds outside: names, points of presence, certificates. */
export interface RunSurroundings extends RequestContext {
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca?: string;
}

/** The name server as an address with a port, since a name server has to be found without one. */
async function nameServer(resolver: string): Promise<string> {
  if (!isHostPort(resolver)) {
    throw new BadInput(`--resolver: got ${JSON.stringify(resolver)}; allowed: ${HOST_PORT}`);
  }
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(resolver) ?? [];
  if (isIP(withoutBrackets(host)) !== 0) return resolver;
  try {
    const { address, family } = await lookup(host);
    return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  } catch (cause) {
    throw new BadInput(`--resolver: got ${host}, which has no address; allowed: HOST:PORT of a DNS server`, {
      cause,
    });
  }
}

async function certificates(file: string): Promise<string> {
  const pem = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BadInput(`--ca: cannot read ${file}; allowed: a PEM file with certificates`, { cause });
  });
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new BadInput(`--ca: got ${file} without a certificate; allowed: a PEM file with certificates`);
}

/**
 * Returns the PoPs that come with the program, or those of the local copy in their place, and those of the environment.
 * @throws BadInput where one of these has no place, or the copy is none
 */
export function knownPops(): PopDirectory {
  try {
    const local = readLocalPops();
    return createPopDirectory({
      ...(local !== undefined && { codes: local.codes }),
      extraCodes: parseExtraPops(process.env['WARMPATH_EXTRA_POPS']),
    });
  } catch (cause) {
    if (!(cause instanceof UnknownPopSites)) throw cause;
    throw new BadInput(cause.message, { cause });
  }
}

/**
 * Private addresses are contacted only where the operator names a resolver, since its answers are the operator's own.
 * @throws BadInput where a file or a name server is not what its option says
 */
export async function findSurroundings(
  options: Pick<RunOptions, 'resolver' | 'ca' | 'ipRanges' | 'popAddresses'>,
): Promise<RunSurroundings> {
  const problems = new Problems();
  const { resolver, ipRanges, popAddresses } = options;
  const server = await problems.collect(() => (resolver === undefined ? undefined : nameServer(resolver)));
  const ca = await problems.collect(() => (options.ca === undefined ? undefined : certificates(options.ca)));
  const ranges = await problems.collect(() => rangesGiven(ipRanges));
  const given = await problems.collect(() =>
    popAddresses === undefined ? undefined : readPopAddresses(popAddresses),
  );
  const directory = await problems.collect(knownPops);
  problems.throwIfAny();
  if (directory === undefined) throw new Error('no directory, and nothing wrong');
  const dns = createResolver(server === undefined ? {} : { servers: [server] });
  const asked = given === undefined ? dns : givenFirst(dns, given);
  return {
    directory,
    resolver: ranges === undefined ? asked : publishedOnly(asked, ranges),
    policy: resolver === undefined ? 'public' : 'any',
    ...(ca === undefined ? {} : { ca }),
  };
}
