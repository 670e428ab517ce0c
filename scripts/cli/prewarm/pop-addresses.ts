import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import * as z from 'zod';
import { parseJson } from '../../../lambdas/errors/json-fault';
import type { GivenAddresses } from '../../../lambdas/prewarm/engine/addresses/given-addresses';
import { isPopCode } from '../../../lambdas/prewarm/engine/pops/pop-code';
import { BadInput } from '../bad-input';

const code = z.string().refine(isPopCode);
const address = z.string().refine((text) => isIP(text) !== 0);

const given = z.record(code, z.array(address).min(1)).refine((codes) => Object.keys(codes).length > 0);

/** What `prewarm pops --discover --json` prints, as far as it is used here. */
const discovered = z.object({
  networks: z.array(z.object({ edges: z.array(z.object({ address, site: code.nullable() })).optional() })),
});

/** What `prewarm pops --check --json` prints, as far as it is used here. */
const checked = z.object({ pops: z.array(z.object({ code, addresses: z.array(address) })) });

function grouped(pairs: readonly (readonly [code: string, address: string])[]): GivenAddresses {
  const codes = new Map<string, Set<string>>();
  for (const [key, value] of pairs) codes.set(key, (codes.get(key) ?? new Set()).add(value));
  return Object.fromEntries([...codes].map(([key, values]) => [key, [...values]]));
}

/** Returns the addresses of a document in one of the three forms; nothing where it is in none, or has none. */
function addressesOf(document: unknown): GivenAddresses | undefined {
  const discovery = discovered.safeParse(document);
  const check = checked.safeParse(document);
  const plain = given.safeParse(document);
  const found = discovery.success
    ? grouped(
        discovery.data.networks.flatMap(({ edges = [] }) =>
          edges.flatMap((edge) => (edge.site === null ? [] : [[edge.site, edge.address] as const])),
        ),
      )
    : check.success
      ? grouped(check.data.pops.flatMap((pop) => pop.addresses.map((each) => [pop.code, each] as const)))
      : plain.data;
  return found !== undefined && Object.keys(found).length > 0 ? found : undefined;
}

/**
 * Reads addresses by the code of their PoP from a file: an object of lists, or what `pops --discover --json` or `pops --check --json`
 * printed.
 * @throws BadInput where the file cannot be read, or holds none
 */
export async function readPopAddresses(file: string): Promise<GivenAddresses> {
  const allowed =
    'allowed: {"FRA56-P4": ["ADDRESS"]}, or what `prewarm pops --discover --json` or `--check --json` printed';
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BadInput(`--pop-addresses: cannot read ${file}; ${allowed}`, { cause });
  });
  let document: unknown;
  try {
    document = parseJson(text);
  } catch (cause) {
    throw new BadInput(`--pop-addresses ${file}: got no JSON; ${allowed}`, { cause });
  }
  const addresses = addressesOf(document);
  if (addresses === undefined)
    throw new BadInput(`--pop-addresses ${file}: got no address of a PoP; ${allowed}`);
  return addresses;
}
